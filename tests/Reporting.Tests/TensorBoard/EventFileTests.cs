using System.Text.Json;
using Ocs.Reporting.TensorBoard;
using Ocs.RunLog;

namespace Ocs.Reporting.Tests.TensorBoard;

public sealed class EventFileTests
{
    [Fact]
    public void The_check_sum_is_the_masked_CRC_32C()
    {
        // RFC 3720's check value of "123456789" is e3069283; turned right by 15 bits and added to a282ead8.
        Assert.Equal(
            unchecked(((0xe3069283u >> 15) | (0xe3069283u << 17)) + 0xa282ead8u), RecordFile.Checksum("123456789"u8));
        Assert.Equal(
            unchecked(((0x8a9136aau >> 15) | (0x8a9136aau << 17)) + 0xa282ead8u), RecordFile.Checksum(new byte[32]));
    }

    [Fact]
    public void Whole_records_before_the_first_damage_are_read()
    {
        byte[][] data = [[1, 2, 3], [], [4]];
        byte[] file = [.. data.SelectMany(record => RecordFile.Frame(record))];

        Assert.Equal(data, RecordFile.Read(file).Select(record => record.ToArray()));
        for (var length = 0; length < file.Length; length++)
        {
            var whole = length < 19 ? 0 : length < 35 ? 1 : 2;
            Assert.Equal(whole, RecordFile.Read(file.AsMemory(0, length)).Count());
        }

        for (var at = 0; at < file.Length; at++)
        {
            byte[] damaged = [.. file];
            damaged[at] ^= 0x10;
            Assert.Equal(at < 19 ? 0 : at < 35 ? 1 : 2, RecordFile.Read(damaged).Count());
        }
    }

    // By TensorBoard's numbers of the fields, and with check sums of the script's own.
    [ProtobufFact]
    public void Pythons_protobuf_reads_every_scalar_and_histogram()
    {
        using var folder = new TemporaryFolder();
        using (var events = new EventFile(folder.Path, clock: new Noon()))
        {
            foreach (var record in SampleRun.Folder.Records)
            {
                events.Append(record);
            }
        }

        var script = Path.Combine(AppContext.BaseDirectory, "TensorBoard", "read_events.py");
        var read = JsonDocument.Parse(Python.Print(script, folder.PathOf(EventFile.FileName))).RootElement;
        Assert.Equal("brain.Event:2", read[0].GetProperty("version").GetString());
        Assert.Equal(1 + SampleRun.Folder.Records.Length, read.GetArrayLength());
        foreach (var record in SampleRun.Folder.Records)
        {
            var message = read[1 + record.Epoch];
            Assert.Equal(
                (record.Epoch, Noon.Seconds),
                (message.GetProperty("step").GetInt32(), message.GetProperty("time").GetDouble()));
            var values = message.GetProperty("values");
            Assert.Equal((float)record.ValAccuracy!.Value, values.GetProperty("accuracy/validation").GetSingle());
            Assert.Equal(record.J is not null, values.TryGetProperty("stability/j", out _));
            Assert.Equal(record.Norms is not null, values.TryGetProperty("norms/kept_log10", out var histogram));
            if (record.Norms is NormHistogram norms)
            {
                Assert.Equal(norms.Kept.Total, histogram.GetProperty("num").GetDouble());
                Assert.Equal(
                    norms.Kept.Counts.Where(count => count > 0).Select(count => (double)count),
                    histogram.GetProperty("bucket").EnumerateArray().Select(b => b.GetDouble()).Where(b => b > 0));
                double[] limits = [.. histogram.GetProperty("limit").EnumerateArray().Select(l => l.GetDouble())];
                Assert.Equal(limits.Order(), limits);
                Assert.Equal(histogram.GetProperty("max").GetDouble(), limits[^1]);
                var mean = histogram.GetProperty("sum").GetDouble() / 200;
                Assert.InRange(Math.Pow(10, mean), 0.04, 0.06);
            }
        }
    }

    [Fact]
    public void A_resumed_run_keeps_the_events_before_it_and_drops_the_others()
    {
        using var folder = new TemporaryFolder();
        void Write(int first, int last)
        {
            using var events = new EventFile(folder.Path, first, new Noon());
            foreach (var record in SampleRun.Folder.Records[first..last])
            {
                events.Append(record);
            }
        }

        Write(0, 5);
        var whole = File.ReadAllBytes(folder.PathOf(EventFile.FileName));
        Write(0, 4);
        File.AppendAllText(folder.PathOf(EventFile.FileName), "torn");
        Write(3, 5);

        Assert.Equal(whole, File.ReadAllBytes(folder.PathOf(EventFile.FileName)));
    }

    [Fact]
    public void Epochs_that_a_torn_file_has_lost_can_be_written_again()
    {
        using var folder = new TemporaryFolder();
        var records = SampleRun.Folder.Records[..5];
        var path = folder.PathOf(EventFile.FileName);
        using (var events = new EventFile(folder.Path, clock: new Noon()))
        {
            Assert.Equal(0, events.NextEpoch);
            Assert.All(records, record => Assert.Null(events.Append(record)));
        }

        var whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..^1]);
        using (var events = new EventFile(folder.Path, 5, new Noon()))
        {
            Assert.Equal(records[4].Epoch, events.NextEpoch);
            events.Append(records[4]);
        }

        Assert.Equal(whole, File.ReadAllBytes(path));
    }

    private sealed class Noon : TimeProvider
    {
        public const double Seconds = 1_800_000_000.5;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds((long)(Seconds * 1000));
    }
}

using System.Text.Json;

namespace Ocs.RunLog.Tests;

public sealed class RunLogReaderTests
{
    [Fact]
    public void What_was_written_is_read_back()
    {
        using var folder = new TemporaryFolder();
        RunRecord[] records =
            [Samples.Record(0), Samples.Record(1) with { J = 1.0 / 3, TrainLoss = double.NaN, ValAccuracy = null }];
        using (var writer = new RunLogWriter(folder.Path))
        {
            Array.ForEach(records, record => writer.Append(record));
            writer.WriteSummary(Samples.Summary);
        }

        File.WriteAllText(folder.PathOf("config.yaml"), "seed: 7\n");

        var run = RunLogReader.Read(folder.Path);
        Assert.Equal(records, run.Records);
        Assert.Equal("seed: 7\n", run.Config);
        Assert.Null(run.Notice);

        // Immutable arrays compare by identity, so the summaries are compared as text.
        Assert.Equal(
            JsonSerializer.Serialize(Samples.Summary, RunLogJson.Line.RunSummary),
            JsonSerializer.Serialize(run.Summary!, RunLogJson.Line.RunSummary));
    }

    [Fact]
    public void A_run_under_way_has_no_summary()
    {
        using var folder = new TemporaryFolder();
        using var writer = new RunLogWriter(folder.Path);
        writer.Append(Samples.Record(0));

        var run = RunLogReader.Read(folder.Path);
        Assert.Null(run.Summary);
        Assert.Null(run.Config);
        Assert.Single(run.Records);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(2)]
    public void A_torn_last_line_is_left_out_and_told(int missing)
    {
        using var folder = new TemporaryFolder();
        using (var writer = new RunLogWriter(folder.Path))
        {
            writer.Append(Samples.Record(0));
            writer.Append(Samples.Record(1));
        }

        using (var stream = File.OpenWrite(folder.PathOf("run.jsonl")))
        {
            stream.SetLength(stream.Length - 1 - missing);
        }

        var run = RunLogReader.Read(folder.Path);
        Assert.Equal([Samples.Record(0)], run.Records.ToArray());
        Assert.Contains("run.jsonl, line 2, is incomplete", run.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_last_line_without_its_line_end_counts()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new RunLogWriter(folder.Path))
        {
            writer.Append(Samples.Record(0));
        }

        File.WriteAllText(folder.PathOf("run.jsonl"), File.ReadAllText(folder.PathOf("run.jsonl")).TrimEnd('\n'));

        var run = RunLogReader.Read(folder.Path);
        Assert.Equal([Samples.Record(0)], run.Records.ToArray());
        Assert.Null(run.Notice);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"epoch\":1}")]
    [InlineData("{\"epoch\":\"one\"}")]
    [InlineData("[1]")]
    public void A_bad_line_is_named(string line)
    {
        using var folder = new TemporaryFolder();
        using (var writer = new RunLogWriter(folder.Path))
        {
            writer.Append(Samples.Record(0));
        }

        File.AppendAllText(folder.PathOf("run.jsonl"), line + "\n");

        var failure = Assert.Throws<InvalidDataException>(() => RunLogReader.Read(folder.Path));
        Assert.Contains("run.jsonl, line 2: ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("BytePositionInLine", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Epochs_must_rise()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new RunLogWriter(folder.Path))
        {
            writer.Append(Samples.Record(1));
            writer.Append(Samples.Record(1));
        }

        var failure = Assert.Throws<InvalidDataException>(() => RunLogReader.Read(folder.Path));
        Assert.EndsWith("run.jsonl, line 2: epoch 1 comes after epoch 1.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_summary_names_its_line_and_key()
    {
        using var folder = new TemporaryFolder();
        RunLogWriter.WriteSummary(folder.Path, Samples.Summary);
        var text = File.ReadAllText(folder.PathOf("summary.json"));
        File.WriteAllText(
            folder.PathOf("summary.json"),
            text.Replace("\"macs_before\": 100", "\"macs_before\": \"many\"", StringComparison.Ordinal));

        var failure = Assert.Throws<InvalidDataException>(() => RunLogReader.Read(folder.Path));
        Assert.Matches(@"summary\.json, line \d+: .+ \(at \$\.macs_before\)\.$", failure.Message);
    }

    [Fact]
    public void Keys_that_a_later_version_adds_are_passed_over()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new RunLogWriter(folder.Path))
        {
            writer.Append(Samples.Record(0));
        }

        var text = File.ReadAllText(folder.PathOf("run.jsonl"));
        File.WriteAllText(
            folder.PathOf("run.jsonl"),
            text.Replace("{\"epoch\"", "{\"colour\":[1],\"epoch\"", StringComparison.Ordinal));

        Assert.Equal([Samples.Record(0)], RunLogReader.Read(folder.Path).Records.ToArray());
    }

    [Fact]
    public void A_folder_that_no_run_wrote_is_said_to_be_one()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("neither run.jsonl nor summary.json", Assert.Throws<InvalidDataException>(() =>
            RunLogReader.Read(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("is not a folder", Assert.Throws<InvalidDataException>(() =>
            RunLogReader.Read(folder.PathOf("absent"))).Message, StringComparison.Ordinal);
    }
}

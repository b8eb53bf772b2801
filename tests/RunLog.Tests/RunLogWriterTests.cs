using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;

namespace Ocs.RunLog.Tests;

public sealed class RunLogWriterTests
{
    [Fact]
    public void A_line_has_exactly_the_promised_names()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new RunLogWriter(folder.Path))
        {
            writer.Append(Samples.Record(3));
        }

        Assert.Equal(
            """
            {"epoch":3,"phase":"sparsity","train_loss":1.25,"val_accuracy":0.625,"val_loss":1.5,"j":0.875,
            "j_avg":null,"lambda":0.0001,"lr":0.1,"macs":41000000,"parameters":270000,"seconds":12.5,
            "images_per_second":4000,"train_accuracy":0.5,"wait_fraction":0.01,"search_seconds":0.25}
            """.ReplaceLineEndings("") + "\n",
            File.ReadAllText(folder.PathOf("run.jsonl")));
    }

    [Fact]
    public void The_summary_has_exactly_the_promised_names()
    {
        using var folder = new TemporaryFolder();
        RunLogWriter.WriteSummary(folder.Path, Samples.Summary);

        var golden = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "summary.golden.json"));
        Assert.Equal(golden, File.ReadAllText(folder.PathOf("summary.json")));
    }

    [Fact]
    public void The_profile_names_each_activity_and_what_follows_from_them()
    {
        using var folder = new TemporaryFolder();
        using var writer = new RunLogWriter(folder.Path);
        var seconds = Enum.GetValues<TrainingActivity>().ToImmutableSortedDictionary(
            activity => activity, activity => 1.0 + (int)activity);
        writer.WriteProfile(new()
        {
            Precision = "fp32",
            Engine = "libtorch",
            PeakGigaflops = 100,
            Epochs = [new() { Epoch = 4, Phase = RunPhase.Sparsity, Images = 1000, Macs = 500_000, Seconds = seconds }],
        });

        Assert.Equal(
            """
            {"precision":"fp32","engine":"libtorch","peak_gigaflops":100,
            "epochs":[{"epoch":4,"phase":"sparsity","images":1000,"macs":500000,
            "seconds":{"data":1,"forward":2,"backward":3,"optimizer":4,"sparsity":5,"search":6,"evaluation":7,
            "other":8},
            "total_seconds":36,"overhead":0.6666666666666667,"gigaflops":0.6}]}
            """.ReplaceLineEndings(""),
            JsonNode.Parse(File.ReadAllText(folder.PathOf("profile.json")))!.ToJsonString());
    }

    [Theory]
    [InlineData(RunPhase.Train, "train")]
    [InlineData(RunPhase.Sparsity, "sparsity")]
    [InlineData(RunPhase.Final, "final")]
    public void Phases_are_named_in_lower_case(RunPhase phase, string name)
    {
        using var folder = new TemporaryFolder();
        using (var writer = new RunLogWriter(folder.Path))
        {
            writer.Append(Samples.Record(0) with { Phase = phase });
        }

        Assert.Contains(
            $"\"phase\":\"{name}\"", File.ReadAllText(folder.PathOf("run.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_is_on_disk_before_the_writer_is_closed()
    {
        using var folder = new TemporaryFolder();
        using var writer = new RunLogWriter(folder.Path);
        writer.Append(Samples.Record(0));

        Assert.Equal([Samples.Record(0)], RunLogReader.Read(folder.Path).Records.ToArray());
    }

    [Fact]
    public void A_resumed_run_keeps_what_was_there_at_its_checkpoint_to_the_byte()
    {
        using var folder = new TemporaryFolder();
        RunLogPosition position;
        using (var writer = new RunLogWriter(folder.Path))
        {
            Assert.Null(writer.Append(Samples.Record(0)));
            Assert.Null(writer.Append(Samples.Record(1)));
            position = writer.Position();
            writer.Append(Samples.Record(2));
        }

        Assert.Equal(2, position.NextEpoch);
        var before = File.ReadAllText(folder.PathOf("run.jsonl"))[..(int)position.Bytes];
        File.AppendAllText(folder.PathOf("run.jsonl"), "{\"epoch\":3,\"pha");
        var (resumed, notice) = RunLogWriter.Resume(folder.Path, position);
        using (resumed)
        {
            Assert.Null(notice);
            Assert.Equal(position, resumed.Position());
            resumed.Append(Samples.Record(2) with { TrainLoss = 9 });
        }

        Assert.StartsWith(before, File.ReadAllText(folder.PathOf("run.jsonl")), StringComparison.Ordinal);
        var run = RunLogReader.Read(folder.Path);
        Assert.Null(run.Notice);
        Assert.Equal(
            [Samples.Record(0), Samples.Record(1), Samples.Record(2) with { TrainLoss = 9 }], run.Records.ToArray());
    }

    [Theory]
    [InlineData("gone", 0)]
    [InlineData("cut short", 1)]
    [InlineData("a bit flipped", 2)]
    [InlineData("a number that is no run's", 2)]
    public void A_damaged_log_keeps_the_lines_that_can_be_read_and_says_so(string damage, int readable)
    {
        using var folder = new TemporaryFolder();
        RunLogPosition position;
        using (var writer = new RunLogWriter(folder.Path))
        {
            writer.Append(Samples.Record(0));
            writer.Append(Samples.Record(1));
            writer.Append(Samples.Record(2));
            position = writer.Position();
        }

        var log = File.ReadAllBytes(folder.PathOf("run.jsonl"));
        var second = log.AsSpan().IndexOf((byte)'\n') + 1;
        if (damage == "gone")
        {
            File.Delete(folder.PathOf("run.jsonl"));
        }
        else
        {
            if (damage == "a number that is no run's")
            {
                log[second + log.AsSpan(second).IndexOf("41000000"u8)] = (byte)'-';
            }
            else
            {
                log[second] ^= 1;
            }

            File.WriteAllBytes(folder.PathOf("run.jsonl"), damage == "cut short" ? log[..(second + 100)] : log);
        }

        var (resumed, notice) = RunLogWriter.Resume(folder.Path, position);
        using (resumed)
        {
            resumed.Append(Samples.Record(3));
            Assert.Equal(4, resumed.Position().NextEpoch);
        }

        Assert.Equal(
            $"{folder.PathOf("run.jsonl")} was changed outside the run: the {readable} of its 3 epochs that "
                + "can be read are kept.", notice);
        int[] kept = [.. new[] { 0, 2 }.Take(readable), 3];
        Assert.Equal(kept, RunLogReader.Read(folder.Path).Records.Select(record => record.Epoch));
    }

    [Fact]
    public void An_empty_log_that_is_gone_begins_again()
    {
        using var folder = new TemporaryFolder();
        RunLogPosition position;
        using (var writer = new RunLogWriter(folder.Path))
        {
            position = writer.Position();
        }

        File.Delete(folder.PathOf("run.jsonl"));
        var (resumed, notice) = RunLogWriter.Resume(folder.Path, position);
        resumed.Dispose();

        Assert.Null(notice);
        Assert.Empty(File.ReadAllText(folder.PathOf("run.jsonl")));
    }

    [Fact]
    public void A_line_that_cannot_be_written_is_told_and_waits()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder.PathOf("run.jsonl"), "/dev/full");
        using var writer = new RunLogWriter(folder.Path);

        Assert.NotNull(writer.Append(Samples.Record(0)));
        Assert.Throws<IOException>(() => writer.Position());
    }

    [Fact]
    public void A_new_run_replaces_an_old_log()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.PathOf("run.jsonl"), "old");
        using (new RunLogWriter(folder.Path))
        {
        }

        Assert.Empty(File.ReadAllText(folder.PathOf("run.jsonl")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_log_that_is_removed_or_replaced_while_the_run_goes_on_is_written_anew(bool isReplaced)
    {
        using var folder = new TemporaryFolder();
        using var writer = new RunLogWriter(folder.Path);
        writer.Append(Samples.Record(0));
        File.Delete(folder.PathOf("run.jsonl"));
        if (isReplaced)
        {
            File.WriteAllText(folder.PathOf("run.jsonl"), "something else");
        }

        Assert.Null(writer.Append(Samples.Record(1)));
        Assert.Equal([0, 1], RunLogReader.Read(folder.Path).Records.Select(record => record.Epoch));
        File.Delete(folder.PathOf("run.jsonl"));
        writer.Position();

        Assert.Equal([0, 1], RunLogReader.Read(folder.Path).Records.Select(record => record.Epoch));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.PathOf("a.txt"), "old");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder.PathOf("a.txt"), stream =>
        {
            stream.Write("half"u8);
            throw new InvalidOperationException();
        }));

        Assert.Equal("old", File.ReadAllText(folder.PathOf("a.txt")));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_write_replaces_the_whole_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.PathOf("a.txt"), "something longer");

        AtomicFile.Write(folder.PathOf("a.txt"), stream => stream.Write(Encoding.UTF8.GetBytes("new")));

        Assert.Equal("new", File.ReadAllText(folder.PathOf("a.txt")));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }
}

using System.Text;

namespace Ocs.RunLog.Tests;

public sealed class NormHistogramTests
{
    [Fact]
    public void Norms_are_counted_in_forty_bins_a_decade()
    {
        // 0.1 begins bin -40, 0.105 lies in it (10^-0.975 = 0.1059), 0.11 in the next one (to 0.1122); 0.12 in bin -37.
        var norms = NormHistogram.Of(kept: [0.12, 1], pruned: [0.1, 0.105, 0.11, 0.12])!;

        Assert.Equal((-37, 38), (norms.Kept.First, norms.Kept.Counts.Length));
        Assert.Equal((1, 1, 2), (norms.Kept.Counts[0], norms.Kept.Counts[^1], norms.Kept.Total));
        Assert.Equal(-40, norms.Pruned.First);
        Assert.Equal([2, 1, 0, 1], norms.Pruned.Counts.ToArray());
    }

    [Fact]
    public void Zero_and_infinity_count_at_the_ends_and_what_is_no_number_does_not_count()
    {
        var norms = NormHistogram.Of(kept: [double.PositiveInfinity, double.NaN], pruned: [0, 1e-30])!;

        Assert.Equal((479, 1), (norms.Kept.First, norms.Kept.Total));
        Assert.Equal((-480, 2), (norms.Pruned.First, norms.Pruned.Total));
        Assert.Null(NormHistogram.Of([], [double.NaN]));
    }

    [Fact]
    public void A_quantile_is_the_middle_of_the_bin_that_holds_it()
    {
        var norms = NormHistogram.Of(kept: [1, 1, 1, 100], pruned: [])!;

        Assert.Equal(Math.Pow(10, 0.0125), norms.Kept.Quantile(0.5)!.Value, 12);
        Assert.Equal(Math.Pow(10, 0.0125), norms.Kept.Quantile(0.75)!.Value, 12);
        Assert.Equal(Math.Pow(10, 2.0125), norms.Kept.Quantile(0.76)!.Value, 12);
        Assert.Equal(Math.Pow(10, 0.0125), norms.Kept.Quantile(0)!.Value, 12);
        Assert.Null(norms.Pruned.Quantile(0.5));
    }

    [Fact]
    public void A_line_keeps_them_in_less_than_a_kilobyte()
    {
        // A network of 10,000 channels whose norms lie within six decades.
        double[] norms = [.. Enumerable.Range(0, 10_000).Select(i => Math.Pow(10, -6.0 * i / 10_000))];
        using var folder = new TemporaryFolder();
        using (var writer = new RunLogWriter(folder.Path))
        {
            writer.Append(Samples.Record(0));
            writer.Append(
                Samples.Record(1) with
                {
                    Norms = NormHistogram.Of(norms[..5000], norms[5000..]),
                    Forecast = new() { StableEpoch = 9, SecondsLeft = 60.5, Macs = 41 },
                });
        }

        var lines = File.ReadAllLines(folder.PathOf("run.jsonl"));
        Assert.InRange(Encoding.UTF8.GetByteCount(lines[1]) - Encoding.UTF8.GetByteCount(lines[0]), 300, 1000);
        Assert.EndsWith("\"search_seconds\":0.25}", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"norms\":{\"kept\":{\"first\":-120,\"counts\":[", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(
            "\"forecast\":{\"stable_epoch\":9,\"seconds_left\":60.5,\"macs\":41}}", lines[1], StringComparison.Ordinal);
        var read = RunLogReader.Read(folder.Path).Records[1];
        Assert.Equal(10_000, read.Norms!.Kept.Total + read.Norms.Pruned.Total);
        Assert.Equal(9, read.Forecast!.StableEpoch);
    }

    [Fact]
    public void Bins_that_there_are_none_of_are_told_with_their_line()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new RunLogWriter(folder.Path))
        {
            writer.Append(Samples.Record(0) with { Norms = new(new(470, [.. new int[11]]), new(0, [])) });
        }

        var failure = Assert.Throws<InvalidDataException>(() => RunLogReader.Read(folder.Path));
        Assert.EndsWith(
            "run.jsonl, line 1: norms must count kept and pruned channels over bins from -480 to 479.", failure.Message,
            StringComparison.Ordinal);
    }
}

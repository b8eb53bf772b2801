using System.Text;

namespace Ocs.RunLog.Tests;

public sealed class NormHistogramTests
{
    [Fact]
    public void Norms_are_counted_in_twenty_bins_a_decade_over_one_range_for_both()
    {
        // 0.1 begins bin -20, 0.11 lies in it (10^-0.95 = 0.1122), 0.12 in the next one; 0.25 lies in bin -13 (10^-0.65 = 0.2239).
        var norms = NormHistogram.Of(kept: [0.25, 0.12], pruned: [0.1, 0.11, 0.12])!;

        Assert.Equal(-20, norms.First);
        Assert.Equal([0, 1, 0, 0, 0, 0, 0, 1], norms.Kept.ToArray());
        Assert.Equal([2, 1, 0, 0, 0, 0, 0, 0], norms.Pruned.ToArray());
    }

    [Fact]
    public void Zero_and_infinity_count_at_the_ends_and_what_is_no_number_does_not_count()
    {
        var norms = NormHistogram.Of(kept: [double.PositiveInfinity, double.NaN], pruned: [0, 1e-30])!;

        Assert.Equal(-240, norms.First);
        Assert.Equal(480, norms.Kept.Length);
        Assert.Equal((1, 1), (norms.Kept[^1], norms.Kept.Sum()));
        Assert.Equal((2, 2), (norms.Pruned[0], norms.Pruned.Sum()));
        Assert.Null(NormHistogram.Of([], [double.NaN]));
    }

    [Fact]
    public void A_quantile_is_the_middle_of_the_bin_that_holds_it()
    {
        var norms = NormHistogram.Of(kept: [1, 1, 1, 100], pruned: [])!;

        Assert.Equal(Math.Pow(10, 0.025), norms.Quantile(norms.Kept, 0.5)!.Value, 12);
        Assert.Equal(Math.Pow(10, 0.025), norms.Quantile(norms.Kept, 0.75)!.Value, 12);
        Assert.Equal(Math.Pow(10, 2.025), norms.Quantile(norms.Kept, 0.76)!.Value, 12);
        Assert.Equal(Math.Pow(10, 0.025), norms.Quantile(norms.Kept, 0)!.Value, 12);
        Assert.Null(norms.Quantile(norms.Pruned, 0.5));
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
            writer.Append(Samples.Record(1) with { Norms = NormHistogram.Of(norms[..5000], norms[5000..]), Forecast = new() { StableEpoch = 9, SecondsLeft = 60.5, Macs = 41 } });
        }

        string[] lines = File.ReadAllLines(folder["run.jsonl"]);
        Assert.InRange(Encoding.UTF8.GetByteCount(lines[1]) - Encoding.UTF8.GetByteCount(lines[0]), 300, 1000);
        Assert.EndsWith("\"search_seconds\":0.25}", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"norms\":{\"first\":-120,\"kept\":[0,", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("\"forecast\":{\"stable_epoch\":9,\"seconds_left\":60.5,\"macs\":41}}", lines[1], StringComparison.Ordinal);
        var read = RunLogReader.Read(folder.Path).Records[1];
        Assert.Equal(10_000, read.Norms!.Kept.Sum() + read.Norms.Pruned.Sum());
        Assert.Equal(9, read.Forecast!.StableEpoch);
    }

    [Fact]
    public void Bins_that_do_not_match_are_told_with_their_line()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new RunLogWriter(folder.Path))
        {
            writer.Append(Samples.Record(0) with { Norms = new() { First = 0, Kept = [1, 2], Pruned = [3] } });
        }

        var failure = Assert.Throws<InvalidDataException>(() => RunLogReader.Read(folder.Path));
        Assert.EndsWith("run.jsonl, line 1: norms must count kept and pruned channels over the same bins, from -240 to 239.", failure.Message, StringComparison.Ordinal);
    }
}

namespace Ocs.RunLog.Tests;

public sealed class RepeatSummaryTests
{
    [Fact]
    public void Mean_and_deviation_are_those_of_a_sample()
    {
        var runs = new[] { 0.90, 0.92, 0.94 }.Select(
            (accuracy, index) =>
                Samples.Summary with { Seed = (ulong)index + 5, ValAccuracy = accuracy, CutEpoch = 9 + index });

        var summary = RepeatSummary.Of([.. runs]);

        Assert.Equal([5UL, 6UL, 7UL], summary.Seeds.ToArray());
        Assert.Equal(
            (0.92, 0.02),
            (Math.Round(summary.ValAccuracy.Mean, 12), Math.Round(summary.ValAccuracy.Deviation!.Value, 12)));
        Assert.Equal((10, 1), (summary.CutEpoch!.Mean, summary.CutEpoch.Deviation!.Value));
        Assert.Equal(0, summary.Macs.Deviation);
    }

    [Fact]
    public void A_single_run_has_no_deviation_and_one_without_a_cut_no_epoch_of_it()
    {
        using var folder = new TemporaryFolder();
        var summary = RepeatSummary.Of([Samples.Summary with { CutEpoch = null }]);
        summary.Write(folder.Path);

        Assert.Null(summary.ValAccuracy.Deviation);
        Assert.Null(summary.CutEpoch);
        Assert.Contains(
            "\"deviation\": null", File.ReadAllText(folder.PathOf("repeats.json")), StringComparison.Ordinal);
    }
}

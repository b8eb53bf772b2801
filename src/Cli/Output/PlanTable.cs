using System.Globalization;
using Ocs.Cli.Commands;
using Ocs.Cli.Configuration;
using Ocs.Pruning;

namespace Ocs.Cli.Output;

/// <summary>The plan of a run, as `train --dry-run` shows it.</summary>
internal static class PlanTable
{
    public static void Write(TrainingPlan plan, CommandConsole console)
    {
        Row("network", $"{plan.Model}: {Numbers.Short(plan.Macs)} MACs, {Numbers.Short(plan.Parameters)} parameters");
        Row(
            "data",
            $"{plan.Data}: {Numbers.Whole(plan.TrainImages)} training images, "
            + $"{Numbers.Whole(plan.TestImages)} test images");
        Row("training", $"{Numbers.Of(plan.Epochs, "epoch")} of {Numbers.Of(plan.StepsPerEpoch, "step")}");
        if (plan.Cut is { } cut)
        {
            Row(
                "groups",
                $"{cut.Groups}, of them {cut.PrunableGroups} may be cut "
                + $"({Numbers.Whole(cut.PrunableChannels)} of {Numbers.Whole(cut.Channels)} channels)");
            Row(
                "target",
                $"{Numbers.Percent(cut.Target)} of {cut.Resource}; "
                + $"the first weights give {Numbers.Percent(cut.Removed)}; "
                + $"up to {Numbers.Percent(cut.LargestTarget)} can be removed");
            Row("cut", $"sparsity learning {Start(cut)}; the cut {When(cut)}, {End(cut)}");
        }

        var mebibytes = (plan.PeakBytes / 1048576.0).ToString("0", CultureInfo.InvariantCulture);
        var milliseconds = (plan.StepSeconds * 1000).ToString("0.0", CultureInfo.InvariantCulture);
        Row("memory", $"{mebibytes} MiB, the peak of this process");
        Row(
            "time",
            $"{milliseconds} ms a step, {Numbers.Duration(plan.EpochSeconds)} an epoch, "
            + $"{Numbers.Duration(plan.RunSeconds)} in all, if steps were no faster after the cut");
        console.WriteLine("Nothing was started and nothing was written.");

        void Row(string what, string text) => console.WriteLine($"{what,-10}{text}");
    }

    private static string Start(PlannedCut cut) =>
        cut.SparsityStartEpoch is { } start ? $"from epoch {start}"
        : cut.Stability == Choices.NameOf(StabilityKind.Dispute) ? "when the dispute stops falling"
        : "when the similarity stops rising";

    private static string When(PlannedCut cut) => cut.ShrinkageEpochs switch
    {
        null => "when the sub-network is stable",
        1 => "an epoch later, when the pruned slices are 0",
        { } epochs => $"{epochs} epochs later, when the pruned slices are 0",
    };

    private static string End(PlannedCut cut) =>
        cut.LatestCutEpoch is { } latest ? $"at the latest before epoch {latest}" : "or at the end of the run";
}

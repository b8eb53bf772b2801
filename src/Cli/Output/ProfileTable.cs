using System.Globalization;
using Ocs.Cli.Configuration;
using Ocs.RunLog;

namespace Ocs.Cli.Output;

/// <summary>The time profile of a run, one row per phase.</summary>
internal static class ProfileTable
{
    public static void Write(RunProfile profile, CommandConsole console)
    {
        var table = new Table();
        table.AddColumn("phase");
        foreach (var header in Enum.GetValues<TrainingActivity>()
            .Select(Choices.NameOf).Concat(["overhead", "s an epoch", "images/s", "Gflop/s", "of the peak"]))
        {
            table.AddColumn(new TableColumn(header).RightAligned());
        }

        foreach (var phase in profile.Epochs.GroupBy(epoch => epoch.Phase))
        {
            table.AddRow(Row(phase.Key, [.. phase], profile.PeakGigaflops));
        }

        console.Write(table);
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Overhead is everything except forward, backward and evaluation. images/s excludes the time of other, "
            + $"such as the trials of a cut. Gflop/s are of forward and backward passes; the peak is "
            + $"{profile.PeakGigaflops:0}, of a large product or convolution in {profile.Precision} "
            + $"({profile.Engine})."));
    }

    // Shares of the phase's time.
    private static string[] Row(RunPhase phase, IReadOnlyList<EpochProfile> epochs, double peak)
    {
        var total = epochs.Sum(epoch => epoch.TotalSeconds);
        var images = epochs.Sum(epoch => epoch.Images);
        var rate = epochs.Average(epoch => epoch.Gigaflops);
        return
        [
            OptionName.Of(phase.ToString()),
            .. Enum.GetValues<TrainingActivity>()
                .Select(activity => Text(100 * epochs.Sum(epoch => epoch.Seconds[activity]) / total, "0.0 %")),
            Text(100 * epochs.Average(epoch => epoch.Overhead), "0.0 %"),
            Text(total / epochs.Count, "0.0"),
            Text(images / (total - epochs.Sum(epoch => epoch.Seconds[TrainingActivity.Other])), "0"),
            Text(rate, "0"),
            Text(100 * rate / peak, "0 %"),
        ];
    }

    // The percent sign is literal: values are percentages.
    private static string Text(double value, string format) =>
        value.ToString(format.Replace("%", "'%'", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}

using System.Globalization;
using Ocs.RunLog;

namespace Ocs.Cli.Output;

/// <summary>Mean and standard deviation of runs with several seeds, and the paper's row.</summary>
internal static class RepeatTable
{
    public static void Write(RepeatSummary summary, CommandConsole console)
    {
        var table = new Table();
        table.AddColumn($"{summary.Seeds.Length} seeds").AddColumn(new TableColumn("mean").RightAligned());
        table.AddColumn(new TableColumn("deviation").RightAligned())
            .AddColumn(new TableColumn("by seed").RightAligned());
        Row(table, "accuracy", summary.ValAccuracy, value => Numbers.Percent(value), Points);
        Row(table, "MACs", summary.Macs, value => Numbers.Short((long)value));
        Row(table, "parameters", summary.Parameters, value => Numbers.Short((long)value));
        if (summary.CutEpoch is { } epochs)
        {
            Row(table, "cut before epoch", epochs, value => value.ToString("0.#", CultureInfo.InvariantCulture));
        }

        Row(table, "time", summary.TotalSeconds, Numbers.Duration);
        console.Write(table);
        if (!summary.UnfitSeeds.IsEmpty)
        {
            console.Error.WriteLine(
                $"The networks of seed {string.Join(", ", summary.UnfitSeeds)} are not fit for use; "
                + "the reports of their runs say why.");
        }

        if (summary.Paper is { } paper)
        {
            console.WriteLine(
                $"The paper ({paper.Table}) has {Numbers.Percent(paper.Accuracy)} "
                + $"with {Numbers.Percent(paper.Macs)} of the MACs left.");
        }
    }

    private static string Points(double fraction) =>
        string.Create(CultureInfo.InvariantCulture, $"{fraction * 100:0.00} points");

    private static void Row(
        Table table, string what, Spread spread, Func<double, string> show,
        Func<double, string>? showDeviation = null) => table.AddRow(
        what,
        show(spread.Mean),
        spread.Deviation is { } deviation ? (showDeviation ?? show)(deviation) : "-",
        string.Join(", ", spread.Values.Select(show)));
}

using System.Globalization;
using Ocs.Reporting.Html;
using Ocs.RunLog;

namespace Ocs.Cli.Output;

/// <summary>The results of a sweep, one row per run.</summary>
internal static class SweepTable
{
    public static void Write(SweepOutput sweep, CommandConsole console)
    {
        var table = new Table();
        table.AddColumn("run");
        foreach (var header in new[] { "accuracy", "MACs", "removed", "cut at", "time" })
        {
            table.AddColumn(new TableColumn(header).RightAligned());
        }

        foreach (var run in sweep.Runs)
        {
            table.AddRow(
                Path.GetRelativePath(sweep.Folder, run.Folder),
                Numbers.Percent(run.ValAccuracy),
                Numbers.Short(run.MacsAfter),
                Numbers.Percent(1 - (double)run.MacsAfter / Math.Max(1, run.MacsBefore)),
                run.CutEpoch?.ToString(CultureInfo.InvariantCulture) ?? "-",
                Numbers.Duration(run.TotalSeconds));
        }

        console.Write(table);
        foreach (var run in sweep.Runs.Where(run => run.Problem is not null))
        {
            console.Error.WriteLine($"{run.Folder}: {run.Problem}");
        }

        console.WriteLine($"{sweep.Comparison} compares them.");
    }
}

/// <summary>`ocs train --sweep --json`.</summary>
/// <param name="Folder">The folder with the runs' folders.</param>
/// <param name="Comparison">The page that compares them.</param>
/// <param name="Runs">The runs, in the order of the values.</param>
internal sealed record SweepOutput(string Folder, string Comparison, IReadOnlyList<SweptRun> Runs)
{
    public static SweepOutput Of(IReadOnlyList<RunFolder> runs, string folder) => new(
        folder,
        Path.Combine(folder, HtmlComparison.FileName),
        [.. runs.Select(run => SweptRun.Of(run.Path, run.Summary!))]);
}

/// <summary>One run of a sweep, with its problem if the network is unusable.</summary>
internal sealed record SweptRun(
    string Folder, double? ValAccuracy, long MacsBefore, long MacsAfter, int? CutEpoch, double TotalSeconds,
    string? Problem)
{
    public static SweptRun Of(string folder, RunSummary summary) => new(
        folder,
        summary.ValAccuracy,
        summary.MacsBefore,
        summary.MacsAfter,
        summary.CutEpoch,
        summary.TotalSeconds,
        summary.Problem);
}

using System.Globalization;
using Ocs.Cli.Runs;
using Ocs.RunLog;

namespace Ocs.Cli.Output;

/// <summary>The table of before and after at the end of a run.</summary>
internal static class RunTable
{
    public static void Write(RunSummary summary, CommandConsole console)
    {
        var hasTop5 = summary.ValTop5Accuracy is not null;
        var table = new Table();
        table.AddColumn("");
        string[] top5 = hasTop5 ? ["top-5"] : [];
        var headline = summary.Headline;
        foreach (var header in (string[])[headline?.Name ?? "accuracy", .. top5, "MACs", "parameters", "time"])
        {
            table.AddColumn(new TableColumn(header).RightAligned());
        }

        if (summary.Baseline is { } twin)
        {
            Row(
                "unpruned twin", twin.ValHeadline ?? twin.ValAccuracy, twin.Macs, twin.Parameters, twin.TotalSeconds,
                twin.ValTop5Accuracy);
        }

        var wasCut = summary.MacsAfter < summary.MacsBefore;
        if (wasCut)
        {
            Row(
                "before the cut", headline?.BeforeCut ?? summary.AccuracyAtCutBefore, summary.MacsBefore,
                summary.ParametersBefore, null);
            Row(
                "right after it", headline?.AfterCut ?? summary.AccuracyAtCutAfter, summary.MacsAfter,
                summary.ParametersAfter, null);
            if ((headline?.AfterRepair ?? summary.AccuracyAfterRepair) is { } repaired)
            {
                Row("after repair", repaired, summary.MacsAfter, summary.ParametersAfter, null);
            }
        }

        Row(
            wasCut ? "pruned, at the end" : "at the end",
            headline?.Value ?? summary.ValAccuracy,
            summary.MacsAfter,
            summary.ParametersAfter,
            summary.TotalSeconds,
            summary.ValTop5Accuracy);
        if (wasCut)
        {
            Add(
                "removed",
                "",
                "",
                Numbers.Percent(1 - (double)summary.MacsAfter / summary.MacsBefore),
                Numbers.Percent(1 - (double)summary.ParametersAfter / summary.ParametersBefore),
                "");
        }

        console.Write(table);
        if (wasCut && !summary.Parts.IsEmpty)
        {
            WriteParts(summary, console);
        }

        if (summary.Problem is { } problem)
        {
            console.Error.WriteLine(problem);
        }

        if (Speed(summary) is { } sentence)
        {
            console.WriteLine(sentence);
        }

        if (summary.Latency is { } latency)
        {
            console.WriteLine(CutLatency.Sentence(latency, summary.MacsBefore, summary.MacsAfter));
        }

        void Row(string what, double? accuracy, long macs, long parameters, double? seconds, double? top5 = null) =>
            Add(
            what,
            headline?.Show(accuracy) ?? Numbers.Percent(accuracy),
            top5 is null ? "" : Numbers.Percent(top5),
            Numbers.Short(macs),
            Numbers.Short(parameters),
            seconds is { } time ? Numbers.Duration(time) : "");

        void Add(string what, string accuracy, string top5, string macs, string parameters, string time) =>
            table.AddRow([what, accuracy, .. hasTop5 ? [top5] : Array.Empty<string>(), macs, parameters, time]);
    }

    private static void WriteParts(RunSummary summary, CommandConsole console)
    {
        var table = new Table();
        table.AddColumn("part");
        foreach (var header in (string[])["MACs", "left", "parameters", "left"])
        {
            table.AddColumn(new TableColumn(header).RightAligned());
        }

        foreach (var part in summary.Parts)
        {
            table.AddRow(
                part.Name, Numbers.Short(part.MacsBefore), Numbers.Short(part.MacsAfter),
                Numbers.Short(part.ParametersBefore), Numbers.Short(part.ParametersAfter));
        }

        console.Write(table);
    }

    /// <summary>
    /// The speed-up of training by the cut, and the ratio of the MACs; null if they were not timed alternately.
    /// </summary>
    internal static string? Speed(RunSummary summary) =>
        summary is { StepSecondsBefore: { } before, StepSecondsAfter: { } after }
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"A training step takes {1000 * before:0} ms whole and {1000 * after:0} ms cut, in turns: "
                + $"{before / after:0.00} x as fast, "
                + $"with {(double)summary.MacsBefore / summary.MacsAfter:0.00} x fewer MACs.")
            : null;
}

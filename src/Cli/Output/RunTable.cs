using System.Globalization;
using Ocs.Cli.Runs;
using Ocs.RunLog;

namespace Ocs.Cli.Output;

/// <summary>The table of before and after at the end of a run.</summary>
internal static class RunTable
{
    public static void Write(RunSummary summary, CommandConsole console)
    {
        var table = new Table();
        table.AddColumn("");
        foreach (var header in new[] { "accuracy", "MACs", "parameters", "time" })
        {
            table.AddColumn(new TableColumn(header).RightAligned());
        }

        if (summary.Baseline is { } twin)
        {
            Row(table, "unpruned twin", twin.ValAccuracy, twin.Macs, twin.Parameters, twin.TotalSeconds);
        }

        var wasCut = summary.MacsAfter < summary.MacsBefore;
        if (wasCut)
        {
            Row(table, "before the cut", summary.AccuracyAtCutBefore, summary.MacsBefore, summary.ParametersBefore, null);
            Row(table, "right after it", summary.AccuracyAtCutAfter, summary.MacsAfter, summary.ParametersAfter, null);
        }

        Row(table, wasCut ? "pruned, at the end" : "at the end", summary.ValAccuracy, summary.MacsAfter, summary.ParametersAfter, summary.TotalSeconds);
        if (wasCut)
        {
            table.AddRow(
                "removed",
                "",
                Numbers.Percent(1 - (double)summary.MacsAfter / summary.MacsBefore),
                Numbers.Percent(1 - (double)summary.ParametersAfter / summary.ParametersBefore),
                "");
        }

        console.Write(table);
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
    }

    /// <summary>What the cut did to the speed of training, beside what it did to the MACs; null where both were not measured in turns.</summary>
    internal static string? Speed(RunSummary summary) =>
        summary is { StepSecondsBefore: { } before, StepSecondsAfter: { } after }
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"A training step takes {1000 * before:0} ms whole and {1000 * after:0} ms cut, in turns: {before / after:0.00} x as fast, "
                + $"with {(double)summary.MacsBefore / summary.MacsAfter:0.00} x fewer MACs.")
            : null;

    private static void Row(Table table, string what, double? accuracy, long macs, long parameters, double? seconds) => table.AddRow(
        what,
        Numbers.Percent(accuracy),
        Numbers.Short(macs),
        Numbers.Short(parameters),
        seconds is { } time ? Numbers.Duration(time) : "");
}

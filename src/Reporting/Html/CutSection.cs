using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>The cut: accuracy right before and after it, and the results of the prune-proof gate.</summary>
internal static class CutSection
{
    public static void AddTo(HtmlBuilder html, RunFolder run)
    {
        if (run.Summary is not { } summary || (summary.Gate is null && summary.AccuracyAtCutBefore is null))
        {
            return;
        }

        html.Add($"""
            <section id="cut">
            <h2>The cut</h2>
            <p class="lead">{Sentence(summary)}</p>

            """);
        if (summary.Gate is GateSummary gate)
        {
            AddGate(html, gate);
        }

        if (summary.Onnx is OnnxSummary onnx)
        {
            html.Add($"<p>{Sentence(onnx)}</p>\n");
        }

        html.Add($"</section>\n");
    }

    private static string Sentence(RunSummary summary)
    {
        var when = summary.CutEpoch is int epoch ? $" at epoch {epoch}" : "";
        if (summary.AccuracyAtCutBefore is not double before || summary.AccuracyAtCutAfter is not double after)
        {
            return $"The network was cut{when}.";
        }

        return summary.AccuracyAfterRepair is double repaired
            ? $"The network was cut{when}: accuracy was {Wording.Percent(before)} right before the cut, "
                + $"{Wording.Percent(after)} right after it, and {Wording.Percent(repaired)} after repair "
                + $"({Wording.Points(repaired - before)}), before any further training."
            : $"The network was cut{when}: accuracy was {Wording.Percent(before)} right before the cut "
                + $"and {Wording.Percent(after)} right after it ({Wording.Points(after - before)}), "
                + "before any further training.";
    }

    private static string Sentence(OnnxSummary onnx) =>
        Result(onnx) + (onnx.Bytes is { } bytes ? $" The file has {FileSize.Text(bytes)}." : "");

    private static string Result(OnnxSummary onnx) => onnx.Equal switch
    {
        true => $"The ONNX file computes under {onnx.Runtime} what libtorch computes: "
            + $"largest relative difference {Wording.Number(onnx.LargestDifference)}.",
        false => $"The ONNX file does not compute under {onnx.Runtime} what libtorch computes: {onnx.Problem}",
        null => $"The ONNX file was not verified: {onnx.Problem}",
    };

    private static void AddGate(HtmlBuilder html, GateSummary gate)
    {
        var difference = gate.LargestDifference is double d
            ? $" Largest relative difference {Wording.Number(d)}."
            : "";
        html.Add($"""
            <table class="gate">
            <caption>Prune-proof gate: {(gate.Passed ? "passed" : "not passed")}</caption>
            <thead class="visually-hidden"><tr><th scope="col">Result</th><th scope="col">Check</th></tr></thead>
            <tbody>

            """);
        AddCheck(
            html,
            gate.OutputsEqual,
            $"Same outputs as the whole network with the pruned channels set to zero.{difference}");
        AddCheck(html, gate.Backward, "A backward pass runs, and every gradient is finite.");
        AddCheck(html, gate.Shapes, "All shapes in the cut graph are valid.");
        AddCheck(html, gate.Reload, "After saving and loading, the network gives identical outputs.");
        AddCheck(html, gate.Macs, "The network has the cost that the search promised.");
        html.Add($"</tbody>\n</table>\n");
    }

    private static void AddCheck(HtmlBuilder html, bool passed, string check) => html.Add($"""
        <tr><td class="{(passed ? "yes" : "no")}">{(passed ? "✓ passed" : "✗ failed")}</td><td>{check}</td></tr>

        """);
}

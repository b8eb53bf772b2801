using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>Stability of the sub-network and the regularization strength over the epochs (Fig. 3).</summary>
internal static class StabilitySection
{
    public static void AddTo(HtmlBuilder html, RunFolder run)
    {
        if (!run.Records.Any(r => r.J is not null || r.JAvg is not null))
        {
            return;
        }

        html.Add($"""
            <section id="stability">
            <h2>Stability of the sub-network</h2>
            <p class="lead">How much of the chosen sub-network stays the same from one epoch to a later one: J compares two epochs (1 = the same channels), J<sub>avg</sub> is its running mean. Sparsity learning starts at t<sub>sl</sub>. The network is cut at t*, {Rule(run)}, or when the options force it.</p>

            """);
        var figure = new Figure("stability-chart", "Stability and regularization strength", Sentence(run));
        (figure with { IsWide = true }).AddTo(html);
        html.Add($"</section>\n");
    }

    // With a deadline there is no strength λ: the slices shrink by equal parts.
    private static string Rule(RunFolder run) =>
        run.Records.Any(record => record is { Phase: RunPhase.Sparsity, Lambda: null })
            ? "when the pruned channels have shrunk to 0 and the choice has not changed"
            : "when the sub-network is stable";

    private static string Sentence(RunFolder run)
    {
        var averaged = run.Records.Where(r => r.JAvg is not null).ToArray();
        var text = averaged.Length == 0
            ? "J has no running mean yet."
            : averaged.Length == 1
            ? $"J_avg is {Wording.Fixed(averaged[0].JAvg!.Value, 3)} at epoch {averaged[0].Epoch}."
            : $"J_avg goes from {Wording.Fixed(averaged[0].JAvg!.Value, 3)} at epoch {averaged[0].Epoch} "
                + $"to {Wording.Fixed(averaged[^1].JAvg!.Value, 3)} at epoch {averaged[^1].Epoch}.";
        if (run.Summary?.SlStartEpoch is int start)
        {
            text += $" Sparsity learning starts at epoch {start} (t_sl)"
                + (run.Summary.ChosenRanking is { } ranking ? $" with the {ranking} ranking." : ".");
        }

        if (run.Summary?.CutEpoch is int cut)
        {
            text += run.Summary.StableEpoch is int stable
                ? $" The sub-network is stable at epoch {stable} (t*), and the network is cut."
                : $" The cut at epoch {cut} did not wait for a stable sub-network.";
        }

        var disputed = run.Records.Where(r => r.Dispute is not null).ToArray();
        if (disputed.Length > 0)
        {
            text += $" {Wording.Percent(disputed[0].Dispute)} of the resource is in dispute at epoch "
                + $"{disputed[0].Epoch}, {Wording.Percent(disputed[^1].Dispute)} at epoch {disputed[^1].Epoch}.";
        }

        var strongest = run.Records.Select(r => r.Lambda ?? 0).Max();
        return strongest > 0 ? $"{text} The regularization strength λ reaches {Wording.Number(strongest)}." : text;
    }
}

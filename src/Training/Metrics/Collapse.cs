using Ocs.Pruning;
using Ocs.Tasks;

namespace Ocs.Training.Metrics;

/// <summary>Detects that a network has lost what it had learnt, or has learnt nothing, and words the warning.</summary>
internal static class Collapse
{
    private const string Remedy =
        "Remove less (a lower target), leave more epochs after the cut (an earlier "
        + $"`{nameof(OneCycleOptions.LatestCutEpoch)}`), or compare channels of like layers only "
        + $"(`{nameof(OneCycleOptions.Ranking)} = {nameof(Ranking.Isomorphic)}`).";

    /// <summary>
    /// The warning after a cut. Null if the network is better than guessing, or if the result of guessing is unknown.
    /// </summary>
    public static string? AtCut(Guessing? guessing, double before, double after)
    {
        if (guessing is null)
        {
            return null;
        }

        var (name, show) = (guessing.Metric.Name, (Func<double, string>)guessing.Metric.Show);
        return guessing.Explains(before)
                ? $"The network has learnt nothing before the cut: its {name}, {show(before)}, is what guessing gives "
                    + $"({show(guessing.Value)}). A network that learns nothing looks perfectly stable."
            : guessing.Explains(after)
                ? $"Right after the cut the {name}, {show(after)}, is what guessing gives ({show(guessing.Value)}): "
                    + "the network has to learn again."
            : null;
    }

    /// <summary>The warning at the end of a run; null if the network is fit for use.</summary>
    /// <param name="guessing">The result of guessing; null if unknown.</param>
    /// <param name="before">The headline metric before the cut; null without a cut.</param>
    /// <param name="end">The headline metric at the end.</param>
    public static string? AtEnd(Guessing? guessing, double? before, double end)
    {
        if (guessing is null)
        {
            return null;
        }

        var (name, show) = (guessing.Metric.Name, (Func<double, string>)guessing.Metric.Show);
        return before is { } whole && guessing.IsLost(whole, end)
                ? $"The network has collapsed: its {name} was {show(whole)} before the cut and is {show(end)} at the "
                    + $"end; guessing gives {show(guessing.Value)}. {Remedy}"
            : guessing.Explains(end)
                ? $"The network has learnt nothing: its {name} at the end, {show(end)}, "
                    + $"is what guessing gives ({show(guessing.Value)}). Train for more epochs, "
                    + $"or with another `{nameof(TrainingOptions.LearningRate)}`."
            : null;
    }
}

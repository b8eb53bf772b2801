using Ocs.Pruning;

namespace Ocs.Training.Metrics;

/// <summary>Says in a sentence that a network has lost what it had learnt, or has learnt nothing.</summary>
internal static class Collapse
{
    private const string Remedy =
        $"Remove less (a lower target), leave more epochs after the cut (an earlier `{nameof(OneCycleOptions.LatestCutEpoch)}`), "
        + $"or compare channels of like layers only (`{nameof(OneCycleOptions.Ranking)} = {nameof(Ranking.Isomorphic)}`).";

    /// <summary>What there is to say of a cut; null where the network is still better than a guess.</summary>
    public static string? AtCut(Guessing guessing, double before, double after) =>
        guessing.Explains(before)
            ? $"The network has learnt nothing before the cut: its accuracy, {before:P2}, is what guessing gives ({guessing.Accuracy:P2}). "
                + "A network that learns nothing looks perfectly stable."
        : guessing.Explains(after)
            ? $"Right after the cut the accuracy, {after:P2}, is what guessing gives ({guessing.Accuracy:P2}): the network has to learn again."
        : null;

    /// <summary>What there is to say of a run's end; null where the network is fit for use.</summary>
    /// <param name="guessing">What guessing gives.</param>
    /// <param name="before">Accuracy before the cut; null where nothing was cut.</param>
    /// <param name="end">Accuracy at the end.</param>
    public static string? AtEnd(Guessing guessing, double? before, double end) =>
        before is { } whole && guessing.IsLost(whole, end)
            ? $"The network has collapsed: its accuracy was {whole:P2} before the cut and is {end:P2} at the end; guessing gives {guessing.Accuracy:P2}. {Remedy}"
        : guessing.Explains(end)
            ? $"The network has learnt nothing: its accuracy at the end, {end:P2}, is what guessing gives ({guessing.Accuracy:P2}). "
                + $"Train for more epochs, or with another `{nameof(TrainingOptions.LearningRate)}`."
        : null;
}

using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Training;

/// <summary>Makes the errors for a loss that is not finite, with advice.</summary>
internal static class Divergence
{
    // If running statistics hold less than this fraction of the true ones, the norms are the likelier cause.
    private const double Half = 0.5;

    /// <summary>The advice, a clause.</summary>
    public const string Remedy =
        $"lower `{nameof(TrainingOptions.LearningRate)}` or add `{nameof(TrainingOptions.WarmupEpochs)}`";

    /// <summary>The loss of a training step.</summary>
    public static TrainingDivergedException OfStep(double loss, int epoch, int step, bool isExact) => new(
        $"The loss is {loss} in epoch {epoch}, {(isExact ? "" : "at the latest in ")}step {step}: "
        + $"training has diverged; {Remedy}.");

    /// <summary>The loss on the test images.</summary>
    /// <param name="loss">NaN or infinite.</param>
    /// <param name="where">When it was measured, such as "in epoch 3".</param>
    /// <param name="graph">The network.</param>
    /// <param name="steps">Steps taken so far.</param>
    public static TrainingDivergedException OfEvaluation(double loss, string where, Graph graph, long steps)
    {
        var momentum = graph.Nodes.Select(node => (node.Operator as BatchNorm2d)?.Momentum)
            .Where(value => value is not null).Min();
        var norms = momentum is { } slow && Math.Pow(1 - slow, steps) > Half
            ? $" Or train for more steps: with momentum {slow}, the running statistics of its batch norms have hardly "
                + $"begun to follow after {steps} steps."
            : "";
        return new($"The validation loss is {loss} {where}: training has diverged; {Remedy}.{norms}");
    }
}

using Ocs.Pruning.Surgery;

namespace Ocs.Training;

/// <summary>The cut did not pass its gate, so it was not made.</summary>
public sealed class CutNotProvenException : TrainingFailedException
{
    /// <summary>An error without a message.</summary>
    public CutNotProvenException()
    {
    }

    /// <summary>An error with a message.</summary>
    /// <param name="message">Why the run cannot go on, where, and what to do.</param>
    public CutNotProvenException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    /// <param name="message">Why the run cannot go on, where, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public CutNotProvenException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// The error that a failed proof means for a run. If weights are no longer finite, training has diverged.
    /// </summary>
    internal static TrainingFailedException Of(UnprovenCutException error) => error.Gate is { IsFinite: false }
        ? new TrainingDivergedException($"{error.Message} Training has diverged; {Divergence.Remedy}.", error)
        : new CutNotProvenException(
            $"The cut is not proven right, so it was not made, and the whole network is kept: {error.Message}", error);
}

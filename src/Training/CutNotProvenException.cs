using Ocs.Pruning.Surgery;

namespace Ocs.Training;

/// <summary>The cut did not pass its gate, so it was not made.</summary>
public sealed class CutNotProvenException : TrainingFailedException
{
    /// <summary>An error without a sentence.</summary>
    public CutNotProvenException()
    {
    }

    /// <summary>An error with its sentence.</summary>
    /// <param name="message">Why the run cannot go on, where, and what to do.</param>
    public CutNotProvenException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its sentence, and what led to it.</summary>
    /// <param name="message">Why the run cannot go on, where, and what to do.</param>
    /// <param name="innerException">What led to it.</param>
    public CutNotProvenException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// What a failed proof means for a run: where weights are not numbers any more, training has diverged.
    /// </summary>
    internal static TrainingFailedException Of(UnprovenCutException error) => error.Gate is { IsFinite: false }
        ? new TrainingDivergedException($"{error.Message} Training has diverged; {Divergence.Remedy}.", error)
        : new CutNotProvenException(
            $"The cut is not proven right, so it was not made, and the whole network is kept: {error.Message}", error);
}

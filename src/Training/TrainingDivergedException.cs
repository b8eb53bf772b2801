namespace Ocs.Training;

/// <summary>The loss is not finite any more.</summary>
public sealed class TrainingDivergedException : TrainingFailedException
{
    /// <summary>An error without a sentence.</summary>
    public TrainingDivergedException()
    {
    }

    /// <summary>An error with its sentence.</summary>
    /// <param name="message">Why the run cannot go on, where, and what to do.</param>
    public TrainingDivergedException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its sentence, and what led to it.</summary>
    /// <param name="message">Why the run cannot go on, where, and what to do.</param>
    /// <param name="innerException">What led to it.</param>
    public TrainingDivergedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

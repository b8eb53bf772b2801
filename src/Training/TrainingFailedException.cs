namespace Ocs.Training;

/// <summary>A run cannot go on; the message says in one sentence why, where, and what to do.</summary>
public abstract class TrainingFailedException : Exception
{
    /// <summary>An error without a sentence.</summary>
    protected TrainingFailedException()
    {
    }

    /// <summary>An error with its sentence.</summary>
    /// <param name="message">Why the run cannot go on, where, and what to do.</param>
    protected TrainingFailedException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its sentence, and what led to it.</summary>
    /// <param name="message">Why the run cannot go on, where, and what to do.</param>
    /// <param name="innerException">What led to it.</param>
    protected TrainingFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

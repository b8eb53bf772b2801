namespace Ocs.Training;

/// <summary>A run cannot continue. The message says in one sentence why, where, and what to do.</summary>
public abstract class TrainingFailedException : Exception
{
    /// <summary>An error without a message.</summary>
    protected TrainingFailedException()
    {
    }

    /// <summary>An error with a message.</summary>
    /// <param name="message">Why the run cannot go on, where, and what to do.</param>
    protected TrainingFailedException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    /// <param name="message">Why the run cannot go on, where, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    protected TrainingFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

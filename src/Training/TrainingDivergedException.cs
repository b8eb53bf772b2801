namespace Ocs.Training;

/// <summary>The loss is not finite any more.</summary>
public sealed class TrainingDivergedException : TrainingFailedException
{
    /// <summary>An error without a message.</summary>
    public TrainingDivergedException()
    {
    }

    /// <summary>An error with a message.</summary>
    /// <param name="message">Why the run cannot go on, where, and what to do.</param>
    public TrainingDivergedException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    /// <param name="message">Why the run cannot go on, where, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public TrainingDivergedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

namespace Ocs.Training;

/// <summary>A run cannot go on; the message says in one sentence why, where, and what to do.</summary>
public abstract class TrainingFailedException : Exception
{
    protected TrainingFailedException()
    {
    }

    protected TrainingFailedException(string message)
        : base(message)
    {
    }

    protected TrainingFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

namespace Ocs.Training;

/// <summary>The loss is not finite any more.</summary>
public sealed class TrainingDivergedException : TrainingFailedException
{
    public TrainingDivergedException()
    {
    }

    public TrainingDivergedException(string message)
        : base(message)
    {
    }

    public TrainingDivergedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

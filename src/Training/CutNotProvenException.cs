namespace Ocs.Training;

/// <summary>The cut did not pass its gate, so it was not made.</summary>
public sealed class CutNotProvenException : TrainingFailedException
{
    public CutNotProvenException()
    {
    }

    public CutNotProvenException(string message)
        : base(message)
    {
    }

    public CutNotProvenException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

namespace Ocs.Training;

/// <summary>An observer that does nothing.</summary>
internal sealed class NoObserver : ITrainingObserver
{
    public static NoObserver Instance { get; } = new();
}

namespace Ocs.Training;

/// <summary>Sees nothing.</summary>
internal sealed class NoObserver : ITrainingObserver
{
    public static NoObserver Instance { get; } = new();
}

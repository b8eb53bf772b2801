namespace Ocs.Training;

/// <summary>Sees nothing of a run.</summary>
internal sealed class NoObserver : ITrainingObserver;

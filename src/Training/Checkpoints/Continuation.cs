namespace Ocs.Training.Checkpoints;

/// <summary>A run that begins with the cut network of another run.</summary>
/// <param name="Target">
/// Its target, as a fraction of the whole network. Its folder has that name, and lies beside the other run's.
/// </param>
/// <param name="Config">The text of its config.yaml.</param>
internal sealed record Continuation(double Target, string Config);

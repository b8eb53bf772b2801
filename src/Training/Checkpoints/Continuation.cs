namespace Ocs.Training.Checkpoints;

/// <summary>A run that is to begin with the cut network of another one.</summary>
/// <param name="Target">Its target, of the whole network; its folder has that name, beside the other run's.</param>
/// <param name="Config">The text of its config.yaml.</param>
internal sealed record Continuation(double Target, string Config);

using Ocs.Training.Distillation;

namespace Ocs.Cli.Configuration;

/// <summary>What a run's network learns from beside its data, and how.</summary>
internal sealed record DistillChoices : DistillationOptions
{
    /// <summary>The word for the network that the run starts from.</summary>
    public const string Start = "start";

    /// <summary>
    /// The trained network to learn from: an .ocs or .onnx file, a run's folder (its model.ocs), weights of the model
    /// as `weights` takes them, or start for the weights that the run starts from. Null for none.
    /// </summary>
    public string? Teacher { get; init; }

    /// <summary>Whether the teacher is what the run starts from.</summary>
    public bool IsStart => Teacher == Start;

    /// <summary>As the library takes them.</summary>
    public DistillationOptions Options => new()
    {
        Kind = Kind,
        Weight = Weight,
        Temperature = Temperature,
        Alpha = Alpha,
        Beta = Beta,
        WarmupEpochs = WarmupEpochs,
    };
}

using Ocs.Training.Distillation;

namespace Ocs.Cli.Configuration;

/// <summary>Knowledge distillation: the teacher of the network, and how the network learns from it.</summary>
internal sealed record DistillChoices : DistillationOptions
{
    /// <summary>The word for the initial network of the run.</summary>
    public const string Start = "start";

    /// <summary>
    /// The trained network to learn from: an .ocs or .onnx file, a run's folder (its model.ocs), a file of weights as
    /// for `weights`, or start for the initial weights of the run. Null for none.
    /// </summary>
    public string? Teacher { get; init; }

    /// <summary>Whether the teacher has the initial weights of the run.</summary>
    public bool IsStart => Teacher == Start;

    /// <summary>The library's options.</summary>
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

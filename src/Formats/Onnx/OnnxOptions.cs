using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>How a network becomes an ONNX file.</summary>
public sealed record OnnxOptions
{
    /// <summary>The oldest operator set that is written.</summary>
    public const int LowestOpset = 13;

    /// <summary>The newest operator set that is written.</summary>
    public const int HighestOpset = 21;

    /// <summary>The operator set, 13 to 21: a program that runs the file must know it.</summary>
    public int Opset { get; init; } = 17;

    /// <summary>Whether batch norms become part of the layers before them, where they can.</summary>
    public bool FoldBatchNorm { get; init; }

    /// <summary>Whether weights lie in a file of their own, PATH.data, or PATH.2.data where that is there. Above 2 GB they always do.</summary>
    public bool ExternalData { get; init; }

    /// <summary>Fails with a sentence where there is no such operator set here.</summary>
    public void Validate()
    {
        if (Opset is < LowestOpset or > HighestOpset)
        {
            throw new OcsInputException(
                $"ONNX files of opset {Opset} are not written; give one of {LowestOpset} to {HighestOpset}.");
        }
    }
}

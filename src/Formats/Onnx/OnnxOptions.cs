using Ocs.Graphs;

namespace Ocs.Formats;

/// <summary>What the ONNX file of a detector gives, whose offsets state their default boxes.</summary>
public enum OnnxDetections
{
    /// <summary>
    /// `boxes` [N, D, 4], left, top, right and bottom as shares of the image, and `probabilities` [N, D, 1 + classes],
    /// the background first. Suppression of overlapping boxes is left to the program.
    /// </summary>
    Decoded,

    /// <summary>
    /// The same, and `selected` [K, 3] of ONNX's NonMaxSuppression: the image, the class from 0, and which of the D
    /// boxes. At most 200 boxes of a class stay in an image, of a probability above 0.05, and none that overlaps a
    /// surer one by more than half (intersection over union).
    /// </summary>
    Nms,

    /// <summary>Offsets from the default boxes [N, D, 4], and logits [N, D, 1 + classes].</summary>
    Raw,
}

/// <summary>The floats of an ONNX file.</summary>
public enum OnnxFloats
{
    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>16 bits (IEEE 754, at most 65,504): weights, constants and what is computed.</summary>
    Float16,

    /// <summary>
    /// 16 bits with the range of 32, for weights alone: a Cast makes 32-bit floats of them. Few runtimes compute with
    /// such numbers; ONNX Runtime does not on a CPU.
    /// </summary>
    BFloat16,
}

/// <summary>How a network becomes an ONNX file.</summary>
public sealed record OnnxOptions
{
    /// <summary>The oldest operator set that is written.</summary>
    public const int LowestOpset = 11;

    /// <summary>The newest operator set that is written.</summary>
    public const int HighestOpset = 23;

    /// <summary>The operator set of networks that are from no ONNX file.</summary>
    public const int UsualOpset = 17;

    /// <summary>
    /// The operator set, 11 to 23: a program that runs the file must know it. Null takes that of the ONNX file that the
    /// network is from, or the nearest of these, and 17 for other networks.
    /// </summary>
    public int? Opset { get; init; }

    /// <summary>Whether batch norms become part of the layers before them, where they can.</summary>
    public bool FoldBatchNorm { get; init; }

    /// <summary>What a detector's file gives. Other networks have no such choice.</summary>
    /// <value><see cref="OnnxDetections.Decoded"/>.</value>
    public OnnxDetections Detections { get; init; }

    /// <summary>
    /// Whether weights lie in a file of their own, PATH.data, or PATH.2.data where that is there. Above 2 GB they
    /// always do.
    /// </summary>
    public bool ExternalData { get; init; }

    /// <summary>
    /// The floats of the file; those of 16 bits halve it. Inputs and outputs are floats of the same kind, 32 bits for
    /// <see cref="OnnxFloats.BFloat16"/>. Null takes those of the ONNX file that the network is from, and its types of
    /// inputs and outputs; 32 bits for other networks. The types of inputs and outputs always stay where nodes of a
    /// file are kept.
    /// </summary>
    public OnnxFloats? Floats { get; init; }

    /// <summary>The operator set that a network is written in.</summary>
    public int OpsetOf(Graph graph) =>
        Opset ?? (int)Math.Clamp(graph.Origin?.Opset ?? UsualOpset, LowestOpset, HighestOpset);

    /// <summary>The floats that a network is written with.</summary>
    public OnnxFloats FloatsOf(Graph graph) => Floats ?? graph.Origin?.WeightType switch
    {
        "Float16" => OnnxFloats.Float16,
        "Bfloat16" => OnnxFloats.BFloat16,
        _ => OnnxFloats.Float32,
    };

    /// <summary>Whether weights alone have 16 bits, and 32-bit floats are computed of them.</summary>
    internal bool AreWeightsCast(Graph graph) => FloatsOf(graph) is var floats
        && (floats == OnnxFloats.BFloat16
            || (floats == OnnxFloats.Float16 && Floats is null && graph.Origin is { WeightsAreCast: true }));

    /// <summary>Fails with a sentence where there is no such operator set here.</summary>
    public void Validate()
    {
        if (Opset is < LowestOpset or > HighestOpset)
        {
            throw new OcsInputException(
                $"ONNX files of opset {Opset} are not written; give one of {LowestOpset} to {HighestOpset}.");
        }

        if (Floats == OnnxFloats.Float16 && Detections == OnnxDetections.Nms)
        {
            throw new OcsInputException(
                "ONNX's NonMaxSuppression takes 32-bit floats only; write 16-bit files with decoded boxes.");
        }
    }
}

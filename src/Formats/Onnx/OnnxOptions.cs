using Ocs.Graphs;

namespace Ocs.Formats;

/// <summary>The outputs of a detector's ONNX file.</summary>
public enum OnnxDetections
{
    /// <summary>
    /// `boxes` [N, D, 4], left, top, right and bottom as fractions of the image, and `probabilities` [N, D, 1 +
    /// classes], the background first. The program has to suppress overlapping boxes.
    /// </summary>
    Decoded,

    /// <summary>
    /// As <see cref="Decoded"/>, and `selected` [K, 3] from ONNX's NonMaxSuppression: image, class from 0, index of
    /// the box. It keeps at most 200 boxes per image and class, with a score above 0.05 and an IoU of at most 0.5 with
    /// boxes of higher scores.
    /// </summary>
    Nms,

    /// <summary>Offsets from the default boxes [N, D, 4], and logits [N, D, 1 + classes].</summary>
    Raw,
}

/// <summary>The type of floats in an ONNX file.</summary>
public enum OnnxFloats
{
    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>16 bits (IEEE 754, at most 65,504): weights, constants and activations.</summary>
    Float16,

    /// <summary>
    /// bfloat16 (the range of 32-bit floats), for weights only: a Cast converts them to 32-bit floats. Few runtimes
    /// compute in bfloat16; ONNX Runtime does not on a CPU.
    /// </summary>
    BFloat16,
}

/// <summary>Options for writing ONNX files.</summary>
public sealed record OnnxOptions
{
    /// <summary>The oldest supported operator set.</summary>
    public const int LowestOpset = 11;

    /// <summary>The newest supported operator set.</summary>
    public const int HighestOpset = 23;

    /// <summary>The default operator set of networks that are not from an ONNX file.</summary>
    public const int UsualOpset = 17;

    /// <summary>
    /// The operator set, 11 to 23, which the runtime must support. Null takes the nearest to that of the original ONNX
    /// file, or 17 for other networks.
    /// </summary>
    public int? Opset { get; init; }

    /// <summary>Whether batch norms are folded into the layers before them where possible.</summary>
    public bool FoldBatchNorm { get; init; }

    /// <summary>The outputs of a detector's file. Ignored for other networks.</summary>
    /// <value><see cref="OnnxDetections.Decoded"/>.</value>
    public OnnxDetections Detections { get; init; }

    /// <summary>
    /// Whether weights are external data, in PATH.data, or in PATH.2.data if that exists. Above 2 GB they always are.
    /// </summary>
    public bool ExternalData { get; init; }

    /// <summary>
    /// The type of floats; 16 bits halve the file. Inputs and outputs have the same type, but 32 bits for
    /// <see cref="OnnxFloats.BFloat16"/>. Null takes the types of the original ONNX file, or 32 bits for other
    /// networks. If nodes of the original file are kept, inputs and outputs always keep their types.
    /// </summary>
    public OnnxFloats? Floats { get; init; }

    /// <summary>The operator set for a network.</summary>
    public int OpsetOf(Graph graph) =>
        Opset ?? (int)Math.Clamp(graph.Origin?.Opset ?? UsualOpset, LowestOpset, HighestOpset);

    /// <summary>The type of floats for a network.</summary>
    public OnnxFloats FloatsOf(Graph graph) => Floats ?? graph.Origin?.WeightType switch
    {
        "Float16" => OnnxFloats.Float16,
        "Bfloat16" => OnnxFloats.BFloat16,
        _ => OnnxFloats.Float32,
    };

    /// <summary>Whether only weights have 16 bits, and are cast to 32-bit floats.</summary>
    internal bool AreWeightsCast(Graph graph) => FloatsOf(graph) is var floats
        && (floats == OnnxFloats.BFloat16
            || (floats == OnnxFloats.Float16 && Floats is null && graph.Origin is { WeightsAreCast: true }));

    /// <summary>Fails for an unsupported operator set.</summary>
    public void Validate()
    {
        if (Opset is < LowestOpset or > HighestOpset)
        {
            throw new OcsInputException(
                $"ONNX files of opset {Opset} are not supported; give one of {LowestOpset} to {HighestOpset}.");
        }

        if (Floats == OnnxFloats.Float16 && Detections == OnnxDetections.Nms)
        {
            throw new OcsInputException(
                "ONNX's NonMaxSuppression takes 32-bit floats only; write 16-bit files with decoded boxes.");
        }
    }
}

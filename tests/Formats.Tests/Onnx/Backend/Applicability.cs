using Ocs.Formats.Onnx.Import.Operators;
using Onnx;

namespace Ocs.Formats.Tests.Onnx.Backend;

/// <summary>
/// Which of ONNX's tests say something about networks of ours: rules over the model and its data, never over the
/// outcome.
/// </summary>
internal static class Applicability
{
    private const long LowestOpset = 7;
    private const long HighestOpset = 23;

    /// <summary>Operators that mean in older opsets what they mean in 9: their models are read as opset 9.</summary>
    private static readonly HashSet<string> UnchangedSinceOpset6 =
    [
        "Abs", "Add", "AveragePool", "Concat", "Constant", "Conv", "ConvTranspose", "Div", "Dropout", "Elu", "Exp",
        "Flatten", "Gather", "GlobalAveragePool", "GlobalMaxPool", "HardSigmoid", "Identity", "InstanceNormalization",
        "LeakyRelu", "LogSoftmax", "MatMul", "MaxPool", "Mul", "Neg", "Pad", "ReduceMax", "ReduceMean", "ReduceSum",
        "Relu", "Reshape", "Selu", "Sigmoid", "Slice", "Softmax", "Softplus", "Split", "Squeeze", "Sub", "Sum", "Tanh",
        "Transpose", "Unsqueeze",
    ];

    private static readonly HashSet<string> UnchangedSinceOpset1 = ["GlobalAveragePool", "GlobalMaxPool", "Softplus"];

    /// <summary>
    /// Operators whose dimension 0 is a batch by definition, and whose others are channels and an image.
    /// </summary>
    private static readonly HashSet<string> OfImages =
    [
        "AveragePool", "BatchNormalization", "Conv", "ConvTranspose", "DepthToSpace", "GlobalAveragePool",
        "GlobalMaxPool", "GridSample", "GroupNormalization", "InstanceNormalization", "LRN", "MaxPool", "Resize",
        "SpaceToDepth", "Upsample",
    ];

    /// <summary>Operators over [T, N, I], all of whose outputs are read.</summary>
    private static readonly HashSet<string> OfSequences = ["GRU", "LSTM", "RNN"];

    /// <summary>
    /// Whether dimension 0 of the first input is the batch already: images, padding of images, rows of matrices, slopes
    /// a channel.
    /// </summary>
    public static bool HasBatch(BackendCase test) => test.Model.Graph.Node.Any(node =>
        OfImages.Contains(node.OpType) || node.OpType == "Gemm" || (node.OpType == "PRelu" && !IsOfSamples(node, test))
            || (OfSequences.Contains(node.OpType) && IsFirst(node))
            || (node.OpType == "Pad" && test.Inputs.Count > 0 && test.Inputs[0].Dims.Count is 4 or 5));

    /// <summary>Whether dimension 0 is the time and dimension 1 the batch.</summary>
    public static bool HasTimeInFront(BackendCase test) =>
        test.Model.Graph.Node.Any(node => OfSequences.Contains(node.OpType) && !IsFirst(node));

    // In layout 1 the batch is in front already.
    private static bool IsFirst(NodeProto node) =>
        node.Attribute.Any(attribute => attribute is { Name: "layout", I: 1 });

    // Slopes that differ along dimension 0 can only be those of one sample.
    private static bool IsOfSamples(NodeProto node, BackendCase test) =>
        test.Inputs.FirstOrDefault(input => input.Name == node.Input[1])?.Dims is { } slope
            && slope.Count == test.Inputs[0].Dims.Count && slope[0] > 1;

    /// <summary>Why a test does not apply, or null where it does.</summary>
    public static string? Reason(BackendCase test)
    {
        var graph = test.Model.Graph;
        if (test.Model.OpsetImport.Any(import => import.Domain is not ("" or "ai.onnx")))
        {
            return "operators of another domain";
        }

        if (test.Opset is < LowestOpset or > HighestOpset && !CanBeRaised(test))
        {
            return $"opset outside of {LowestOpset} to {HighestOpset}";
        }

        if (test.Inputs.Count == 0 || test.Outputs.Count == 0)
        {
            return "takes or makes no tensor";
        }

        if (graph.Node.FirstOrDefault(node => !OnnxOperators.IsRead(node.OpType)) is not null)
        {
            return "operator that no network of ours has";
        }

        return ReasonOfData(test)
            ?? graph.Node.Select(node => ReasonOf(node, test)).FirstOrDefault(reason => reason is not null);
    }

    /// <summary>Whether an older model means the same in the lowest opset that is read.</summary>
    public static bool CanBeRaised(BackendCase test) =>
        test.Opset is >= 1 and < LowestOpset
        && test.Model.Graph.Node.All(
            node => (test.Opset >= 6 ? UnchangedSinceOpset6 : UnchangedSinceOpset1).Contains(node.OpType));

    private static string? ReasonOfData(BackendCase test)
    {
        if (!BackendCase.IsFloat(test.Inputs[0]) || !test.Outputs.All(BackendCase.IsFloat))
        {
            return "data that are no 32-bit floats";
        }

        return test.Inputs.Concat(test.Outputs).Any(tensor => tensor.Dims.Contains(0)) ? "empty tensors"
            : test.Inputs.Any(tensor => BackendCase.IsFloat(tensor) && tensor.Dims.Count > 6) ? "more than 6 dimensions"
            : test.Model.Graph.Node.Any(node => OfImages.Contains(node.OpType))
            && test.Inputs[0].Dims.Count is not (3 or 4 or 5) ? "images of more than three dimensions"
            : null;
    }

    private static string? ReasonOf(NodeProto node, BackendCase test)
    {
        var isTraining = node.Attribute.Any(attribute => attribute is { Name: "training_mode", I: 1 })
            || (node.OpType == "Dropout" && node.Input.Count > 2 && test.Inputs.FirstOrDefault(
                input => input.Name == node.Input[2]) is { Int32Data: [1] } or { RawData.Length: 1 });
        var outputs = node.Output.Count(output => output.Length > 0);
        return isTraining ? "training mode"
            : outputs > 1 && node.OpType != "Split" && !OfSequences.Contains(node.OpType)
            ? "further outputs of an operator (indices, masks, statistics)"
            : UnreadSettings.Of(node, test);
    }
}

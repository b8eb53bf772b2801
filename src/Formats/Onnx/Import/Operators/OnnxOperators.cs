using System.Collections.Frozen;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>The operators that are read: a file a family, a line here for each.</summary>
internal static class OnnxOperators
{
    private static readonly FrozenDictionary<string, Action<NodeImport>> Known =
        new Dictionary<string, Action<NodeImport>>
        {
            ["Add"] = Arithmetic.Import,
            ["AveragePool"] = Pool.Average,
            ["BatchNormalization"] = Normalization.Batch,
            ["Cast"] = Cast.Import,
            ["Celu"] = Activation.Import,
            ["Clip"] = Clip.Import,
            ["Concat"] = Concat.Import,
            ["Conv"] = Convolution.Import,
            ["ConvTranspose"] = Convolution.Transposed,
            ["DepthToSpace"] = Blocks.DepthToSpace,
            ["Div"] = Arithmetic.Import,
            ["Dropout"] = Dropout.Import,
            ["Elu"] = Activation.Import,
            ["Exp"] = Activation.Import,
            ["Expand"] = Repeat.Expand,
            ["Flatten"] = Reshape.Import,
            ["GRU"] = Recurrent.Gru,
            ["Gather"] = Gather.Import,
            ["Gelu"] = Activation.Import,
            ["Gemm"] = Product.Gemm,
            ["GlobalAveragePool"] = Pool.Global,
            ["GlobalMaxPool"] = Pool.Global,
            ["GroupNormalization"] = Normalization.Group,
            ["HardSigmoid"] = Activation.HardSigmoid,
            ["HardSwish"] = Activation.Import,
            ["InstanceNormalization"] = Normalization.Instance,
            ["LSTM"] = Recurrent.Lstm,
            ["LayerNormalization"] = Normalization.Layer,
            ["LeakyRelu"] = Activation.Import,
            ["LogSoftmax"] = Softmax.Import,
            ["MatMul"] = Product.MatMul,
            ["Max"] = Extremes.Max,
            ["MaxPool"] = Pool.Max,
            ["Min"] = Extremes.Min,
            ["Mish"] = Activation.Import,
            ["Mul"] = Arithmetic.Import,
            ["Neg"] = Arithmetic.Negate,
            ["PRelu"] = Activation.PRelu,
            ["Pad"] = Pad.Import,
            ["ReduceMax"] = Reduction.Import,
            ["ReduceMean"] = Reduction.Import,
            ["ReduceSum"] = Reduction.Import,
            ["Relu"] = Activation.Import,
            ["Reshape"] = Reshape.Import,
            ["Resize"] = Resize.Import,
            ["Selu"] = Activation.Import,
            ["Sigmoid"] = Activation.Import,
            ["Slice"] = Slice.Import,
            ["Softmax"] = Softmax.Import,
            ["Softplus"] = Activation.Import,
            ["SpaceToDepth"] = Blocks.SpaceToDepth,
            ["Split"] = Split.Import,
            ["Squeeze"] = Reshape.Import,
            ["Sub"] = Arithmetic.Import,
            ["Sum"] = Arithmetic.Import,
            ["Tanh"] = Activation.Import,
            ["Tile"] = Repeat.Tile,
            ["Transpose"] = Transpose.Import,
            ["Unsqueeze"] = Reshape.Import,
            ["Upsample"] = Resize.Import,
        }.ToFrozenDictionary();

    /// <summary>Whether one of ONNX's own operators is read where its inputs are not all constants.</summary>
    public static bool IsRead(string type) => Known.ContainsKey(type);

    /// <summary>Maps a node; whatever is wrong names it.</summary>
    public static void Import(NodeImport node)
    {
        if (node.Node.Domain == OnnxNode.Ours)
        {
            Fused.Import(node);
        }
        else if (node.Node.Domain.Length == 0 && Known.TryGetValue(node.Node.Type, out var import))
        {
            if (node.Node.Attributes.FirstOrDefault(attribute =>
                attribute.Value is UnreadAttribute) is { Value: UnreadAttribute unread, Key: var name })
            {
                throw node.Error(
                    $"its attribute '{name}' is of the kind {unread.Kind}, which the operator does not have");
            }

            import(node);
        }
        else
        {
            throw Unknown(node.Node);
        }
    }

    /// <summary>The error of an operator that is not read.</summary>
    public static OcsInputException Unknown(OnnxNode node)
    {
        var domain = node.Domain.Length == 0 ? "" : $" of domain '{node.Domain}'";
        return new(
            $"node '{node.Name}': the operator {node.Type}{domain} is not read: "
            + "export the network without it (docs/formats.md lists what is read).");
    }
}

using System.Collections.Frozen;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>The supported operators: one line each here, one file per family.</summary>
internal static class OnnxOperators
{
    private static readonly FrozenDictionary<string, Action<NodeImport>> Known =
        new Dictionary<string, Action<NodeImport>>
        {
            ["Abs"] = Functions.Import,
            ["Acos"] = Functions.Import,
            ["Acosh"] = Functions.Import,
            ["Add"] = Arithmetic.Import,
            ["And"] = Logic.And,
            ["ArgMax"] = Places.ArgMax,
            ["ArgMin"] = Places.ArgMax,
            ["Asin"] = Functions.Import,
            ["Asinh"] = Functions.Import,
            ["Atan"] = Functions.Import,
            ["Atanh"] = Functions.Import,
            ["AveragePool"] = Pool.Average,
            ["BatchNormalization"] = Normalization.Batch,
            ["Cast"] = Cast.Import,
            ["CastLike"] = Cast.Import,
            ["Ceil"] = Functions.Ceil,
            ["Celu"] = Activation.Import,
            ["Clip"] = Clip.Import,
            ["Compress"] = Composed.Compress,
            ["Concat"] = Concat.Import,
            ["Conv"] = Convolution.Import,
            ["ConvTranspose"] = Convolution.Transposed,
            ["Cos"] = Functions.Import,
            ["Cosh"] = Functions.Import,
            ["CumSum"] = Places.CumulativeSum,
            ["DepthToSpace"] = Blocks.DepthToSpace,
            ["DequantizeLinear"] = Cast.Dequantize,
            ["Div"] = Arithmetic.Import,
            ["Dropout"] = Dropout.Import,
            ["Elu"] = Activation.Import,
            ["Equal"] = Logic.Compare,
            ["Erf"] = Functions.Import,
            ["Exp"] = Activation.Import,
            ["Expand"] = Repeat.Expand,
            ["Flatten"] = Reshape.Import,
            ["Floor"] = Functions.Import,
            ["GRU"] = Recurrent.Gru,
            ["Gather"] = Gather.Import,
            ["GatherElements"] = Places.GatherElements,
            ["Gelu"] = Activation.Import,
            ["Gemm"] = Product.Gemm,
            ["GlobalAveragePool"] = Pool.Global,
            ["GlobalLpPool"] = Composed.GlobalLpPool,
            ["GlobalMaxPool"] = Pool.Global,
            ["Greater"] = Logic.Compare,
            ["GreaterOrEqual"] = Logic.Compare,
            ["GridSample"] = GridSample.Import,
            ["GroupNormalization"] = Normalization.Group,
            ["HardSigmoid"] = Activation.HardSigmoid,
            ["HardSwish"] = Activation.Import,
            ["Hardmax"] = Composed.Hardmax,
            ["InstanceNormalization"] = Normalization.Instance,
            ["IsInf"] = Composed.IsInf,
            ["IsNaN"] = Composed.IsNaN,
            ["LRN"] = Normalization.Local,
            ["LSTM"] = Recurrent.Lstm,
            ["LayerNormalization"] = Normalization.Layer,
            ["LeakyRelu"] = Activation.Import,
            ["Less"] = Logic.Compare,
            ["LessOrEqual"] = Logic.Compare,
            ["Log"] = Functions.Import,
            ["LogSoftmax"] = Softmax.Import,
            ["LpNormalization"] = Composed.LpNormalization,
            ["LpPool"] = Composed.LpPool,
            ["MatMul"] = Product.MatMul,
            ["Max"] = Extremes.Max,
            ["MaxPool"] = Pool.Max,
            ["Mean"] = Composed.Mean,
            ["MeanVarianceNormalization"] = Composed.MeanVarianceNormalization,
            ["Min"] = Extremes.Min,
            ["Mish"] = Activation.Import,
            ["Mod"] = Composed.Mod,
            ["Mul"] = Arithmetic.Import,
            ["Neg"] = Arithmetic.Negate,
            ["Not"] = Logic.Not,
            ["OneHot"] = Places.OneHot,
            ["Or"] = Logic.Or,
            ["PRelu"] = Activation.PRelu,
            ["Pad"] = Pad.Import,
            ["Pow"] = Functions.Pow,
            ["RMSNormalization"] = Normalization.RootMeanSquare,
            ["Reciprocal"] = Functions.Import,
            ["RNN"] = Recurrent.Rnn,
            ["ReduceL1"] = Reduction.Import,
            ["ReduceL2"] = Reduction.Import,
            ["ReduceLogSum"] = Reduction.Import,
            ["ReduceLogSumExp"] = Reduction.Import,
            ["ReduceMax"] = Reduction.Import,
            ["ReduceMean"] = Reduction.Import,
            ["ReduceMin"] = Reduction.Import,
            ["ReduceProd"] = Reduction.Import,
            ["ReduceSum"] = Reduction.Import,
            ["ReduceSumSquare"] = Reduction.Import,
            ["Relu"] = Activation.Import,
            ["Reshape"] = Reshape.Import,
            ["Resize"] = Resize.Import,
            ["Round"] = Functions.Import,
            ["Selu"] = Activation.Import,
            ["Shrink"] = Composed.Shrink,
            ["Sigmoid"] = Activation.Import,
            ["Sign"] = Functions.Import,
            ["Sin"] = Functions.Import,
            ["Sinh"] = Functions.Import,
            ["Slice"] = Slice.Import,
            ["Softmax"] = Softmax.Import,
            ["Softplus"] = Activation.Import,
            ["Softsign"] = Functions.Import,
            ["SpaceToDepth"] = Blocks.SpaceToDepth,
            ["Split"] = Split.Import,
            ["Sqrt"] = Functions.Import,
            ["Squeeze"] = Reshape.Import,
            ["Sub"] = Arithmetic.Import,
            ["Sum"] = Arithmetic.Import,
            ["Tan"] = Functions.Import,
            ["Tanh"] = Activation.Import,
            ["ThresholdedRelu"] = Functions.ThresholdedRelu,
            ["Tile"] = Repeat.Tile,
            ["TopK"] = Places.TopK,
            ["Transpose"] = Transpose.Import,
            ["Trilu"] = Places.Triangle,
            ["Unsqueeze"] = Reshape.Import,
            ["Upsample"] = Resize.Import,
            ["Where"] = Where.Import,
            ["Xor"] = Logic.Xor,
        }.ToFrozenDictionary();

    /// <summary>Whether an ONNX operator is supported if not all its inputs are constants.</summary>
    public static bool IsRead(string type) => Known.ContainsKey(type);

    /// <summary>Maps a node; errors name it.</summary>
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

    /// <summary>The error for an unsupported operator.</summary>
    public static UnreadException Unknown(OnnxNode node)
    {
        var domain = node.Domain.Length == 0 ? "" : $" of domain '{node.Domain}'";
        return new(node, $"node '{node.Name}': the operator {node.Type}{domain} is not supported.");
    }
}

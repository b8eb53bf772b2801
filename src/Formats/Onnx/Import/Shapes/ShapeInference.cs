using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Folding;
using Ocs.Formats.Onnx.Import.Operators;
using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import.Shapes;

/// <summary>Infers the shapes of each operator's outputs, also for operators that only patterns can read.</summary>
internal static class ShapeInference
{
    // One output with the first input's shape.
    private static readonly ImmutableHashSet<string> Same =
    [
        "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BatchNormalization", "Cast", "CastLike", "Ceil",
        "Celu", "Clip", "Cos", "Cosh", "CumSum", "DequantizeLinear", "Dropout", "Elu", "Erf", "Exp", "Floor", "Gelu",
        "GroupNormalization", "HardSigmoid", "HardSwish", "Hardmax", "Identity", "InstanceNormalization", "IsInf",
        "IsNaN", "LRN", "LayerNormalization", "LeakyRelu", "Log", "LogSoftmax", "LpNormalization",
        "MeanVarianceNormalization", "Mish", "Neg", "Not", "PRelu", "QuantizeLinear", "RMSNormalization",
        "Reciprocal", "Relu", "Round", "ScatterElements", "ScatterND", "Selu", "Shrink", "Sigmoid", "Sign", "Sin",
        "Sinh", "Softmax", "Softplus", "Softsign", "Sqrt", "Tan", "Tanh", "ThresholdedRelu", "Trilu",
    ];

    /// <summary>The shapes of the used outputs. An unknown operator is an error.</summary>
    public static ImmutableArray<ImmutableArray<long>> Infer(NodeArguments node)
    {
        var type = node.Node.Type;
        if (node.Node.Domain.Length == 0)
        {
            if (Same.Contains(type))
            {
                return [.. node.Node.Outputs.Select(_ => node.Shape(0))];
            }

            if (type == "Einsum")
            {
                return [EinsumShapes.Infer(node)];
            }

            if (Elementwise.IsBinary(type) || type == "Where")
            {
                return [Broadcast(node)];
            }

            if (ReductionShapes.Infer(node) is { IsDefault: false } reduced)
            {
                return [reduced];
            }

            if (MovementShapes.Infer(node) is { IsDefault: false } moved)
            {
                return moved;
            }

            if (PlaceShapes.Infer(node) is { IsDefault: false } places)
            {
                return places;
            }

            if (LayerShapes.Infer(node) is { IsDefault: false } layer)
            {
                return layer;
            }
        }

        throw OnnxOperators.Unknown(node.Node);
    }

    /// <summary>The element type of an output.</summary>
    public static OnnxKind KindOf(NodeArguments node, int output) => node.Node.Type switch
    {
        "TopK" or "MaxPool" when output > 0 => OnnxKind.Integer,
        "Cast" => Constants.KindOf(node, node.Node.Int("to", 0)),
        "ArgMax" or "ArgMin" or "QuantizeLinear" => OnnxKind.Integer,
        "DequantizeLinear" => OnnxKind.Float,
        "Where" or "CastLike" => node.Graph.KindOf(node.Node.Inputs[1]),
        "OneHot" => node.Graph.KindOf(node.Node.Inputs[2]),
        var type when Elementwise.IsLogical(type) => OnnxKind.Boolean,
        _ => node.Node.InputOrNull(0) is { } input ? node.Graph.KindOf(input) : OnnxKind.Float,
    };

    private static ImmutableArray<long> Broadcast(NodeArguments node) =>
        Enumerable.Range(1, Math.Max(node.InputCount - 1, 0)).Aggregate(node.Shape(0), (shape, input) =>
            Arrays.Broadcast(shape, node.Shape(input)) is { IsDefault: false } both
                ? both
                : throw node.Error(
                    $"its inputs {NodeShapes.Show(shape)} and {NodeShapes.Show(node.Shape(input))} do not fit"));
}

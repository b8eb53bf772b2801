using System.Collections.Immutable;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Onnx.Import.Folding;

/// <summary>
/// QuantizeLinear and DequantizeLinear. Constants are dequantized, so int8 weights become float weights. Around
/// activations the rounding is dropped, but the integer range stays as bounds, for it may stand for a ReLU.
/// </summary>
internal static class Quantization
{
    private const string Quantize = "QuantizeLinear";
    private const string Dequantize = "DequantizeLinear";

    // Suffixes that quantizers add to the name of a weight: ours and ONNX Runtime's.
    private static readonly ImmutableArray<string> Endings = [":int8", ":int32", "_quantized"];

    /// <summary>The output for constant inputs, or null for other operators.</summary>
    public static OnnxTensor? Fold(NodeArguments node)
    {
        if (node.Node.Type is not (Quantize or Dequantize))
        {
            return null;
        }

        var (input, scale, zero) = (node.Constant(0)!, ScaleOf(node), ZeroOf(node));
        var (scales, zeros) = (scale.Floats, zero?.Numbers ?? new double[scale.Count]);
        var (count, inner) = ((int)scale.Count, Inner(node, input.Shape, scale));
        FoldingLimit.Require(node, input.Shape);
        int Place(int element) => count == 1 ? 0 : (int)(element / inner % count);
        if (node.Node.Type == Dequantize)
        {
            node.Graph.Dequantized++;
            return OnnxTensor.OfFloats(
                input.Shape,
                () => [.. input.Numbers.Select((number, element) =>
                    (float)(number - zeros[Place(element)]) * scales[Place(element)])],
                NameOf(input));
        }

        var (lowest, highest) = BoundsOf(node);
        double[] numbers =
        [
            .. input.Floats.Select((number, element) => Math.Clamp(
                Math.Round((double)(number / scales[Place(element)]), MidpointRounding.ToEven) + zeros[Place(element)],
                lowest,
                highest)),
        ];
        return OnnxTensor.Of(OnnxKind.Integer, input.Shape, numbers).Named(input.Name);
    }

    /// <summary>The bounds that replace a DequantizeLinear behind a QuantizeLinear; null for other nodes.</summary>
    public static OnnxNode? Bounds(OnnxGraph graph, OnnxNode node)
    {
        if (!node.Is(Dequantize) || graph.Maker(node.Inputs[0], Quantize) is not { } before
            || !IsSame(graph, node, before, 1) || !IsSame(graph, node, before, 2))
        {
            return null;
        }

        var arguments = new NodeArguments(graph, before);
        var (scale, zero) = (ScaleOf(arguments), ZeroOf(arguments));
        if (!scale.IsScalar)
        {
            throw node.Unread("it scales the numbers of a computed value by more than one number");
        }

        graph.Dequantized++;
        var (lowest, highest) = BoundsOf(arguments);
        string Bound(string part, long number)
        {
            var name = graph.FreshName($"{node.Name}/{part}");
            var bound = (number - (zero?.Numbers[0] ?? 0)) * scale.Numbers[0];
            graph.Constants[name] = OnnxTensor.Of(OnnxKind.Float, [], [bound]);
            return name;
        }

        return node with
        {
            Type = "Clip",
            Inputs = [before.Inputs[0], Bound("lowest", lowest), Bound("highest", highest)],
            Attributes = ImmutableDictionary<string, object>.Empty,
        };
    }

    private static bool IsSame(OnnxGraph graph, OnnxNode node, OnnxNode before, int input)
    {
        var (one, other) = (node.InputOrNull(input), before.InputOrNull(input));
        return one == other
            || (graph.Constant(one) is { } left && graph.Constant(other) is { } right
                && left.Bounds == right.Bounds && left.Numbers.AsSpan().SequenceEqual(right.Numbers));
    }

    private static OnnxTensor ScaleOf(NodeArguments node)
    {
        if (node.Node.Int("block_size", 0) != 0)
        {
            throw node.Node.Unread("it scales blocks of numbers");
        }

        var scale = node.Constant(1) ?? throw node.Error("it has no scale");
        return scale.Shape.Length <= 1 && scale.Count > 0 && scale.Floats.All(number => number > 0)
            ? scale
            : throw node.Node.Unread("its scale is neither one positive number nor one for each channel");
    }

    private static OnnxTensor? ZeroOf(NodeArguments node) => node.Constant(2) is not { } zero ? null
        : zero.Count == node.Constant(1)!.Count ? zero
        : throw node.Error("it has not one zero point for each scale");

    // The number of consecutive elements with the same scale.
    private static long Inner(NodeArguments node, ImmutableArray<long> shape, OnnxTensor scale)
    {
        if (scale.IsScalar)
        {
            return 1;
        }

        var axis = node.Axis(1, shape.Length);
        return shape[axis] == scale.Count
            ? OnnxTensor.CountOf(shape[(axis + 1)..])
            : throw node.Error($"it has {scale.Count} scales for {shape[axis]} channels");
    }

    // The integer range: that of the zero point's type.
    private static (long Lowest, long Highest) BoundsOf(NodeArguments node) => node.ConstantOrNull(2)?.Bounds
        ?? TensorReader.BoundsOf((DataType)node.Node.Int("output_dtype", (long)DataType.Uint8))
        ?? throw node.Node.Unread("its integer type is not supported");

    private static string? NameOf(OnnxTensor input) =>
        Endings.FirstOrDefault(ending => input.Name?.EndsWith(ending, StringComparison.Ordinal) == true) is { } ending
            ? input.Name![..^ending.Length]
            : input.Name;
}

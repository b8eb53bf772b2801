using System.Collections.Immutable;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Onnx.Import.Keeping;

/// <summary>
/// Finds outputs of kept nodes whose dimension 0 is the batch. Only these can be inputs of the network.
/// </summary>
internal static class BatchStays
{
    // Operators whose output has the dimension 0 of the first input.
    private static readonly ImmutableHashSet<string> Types =
    [
        "AffineGrid", "Attention", "AveragePool", "BatchNormalization", "Cast", "Celu", "Clip", "Conv", "ConvTranspose",
        "DeformConv", "DepthToSpace", "DequantizeLinear", "Div", "Elu", "GridSample", "GroupNormalization",
        "InstanceNormalization", "LRN", "LayerNormalization", "LpNormalization", "LpPool", "MaxPool",
        "MeanVarianceNormalization", "Mod", "PRelu", "QuantizeLinear", "Resize", "Shrink", "SpaceToDepth", "Upsample",
    ];

    /// <summary>Marks the outputs of a kept node, given shapes for a batch of one.</summary>
    /// <param name="graph">The network, whose shapes are known.</param>
    /// <param name="node">The node.</param>
    /// <param name="values">The values read so far.</param>
    public static void Follow(OnnxGraph graph, OnnxNode node, IReadOnlyDictionary<string, Imported> values)
    {
        if (graph.HasFixedBatch)
        {
            // A leading dimension of 1 is a batch of one, whatever its origin.
            graph.UnreadBatchFirst.UnionWith(
                node.Outputs.Where(output => output.Length > 0 && graph.ShapeOf(output) is [1, _, _, ..]));
            return;
        }

        var isFirst = node.Domain.Length == 0
            && Types.Contains(node.Type)
            && graph.ShapeOf(node.Output) is [1, ..] shape
            && shape.Length == graph.ShapeOf(node.Inputs[0]).Length
            && (graph.UnreadBatchFirst.Contains(node.Inputs[0])
                || (values.TryGetValue(node.Inputs[0], out var input) && input.Batch == 0));
        if (isFirst)
        {
            graph.UnreadBatchFirst.Add(node.Output);
        }
    }

    /// <summary>
    /// The shape that a file states for a float value, for a batch of one; default if it states none, or if sizes other
    /// than the batch are dynamic.
    /// </summary>
    public static ImmutableArray<long> Stated(ValueInfoProto? value, ValueInfoProto? input)
    {
        if (value?.Type?.TensorType is not { Shape.Dim: [var first, ..] sizes } tensor
            || (DataType)tensor.ElemType is not (DataType.Float or DataType.Float16 or DataType.Bfloat16
                or DataType.Double)
            || sizes.Skip(1).Any(size => size.DimValue <= 0)
            || input?.Type?.TensorType?.Shape?.Dim is not [var batch, ..])
        {
            return default;
        }

        var isBatch = batch.DimParam.Length > 0 ? first.DimParam == batch.DimParam : first.DimValue == 1;
        return isBatch ? [1, .. sizes.Skip(1).Select(size => size.DimValue)] : default;
    }
}

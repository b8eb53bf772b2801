using System.Collections.Frozen;
using Ocs.Formats.Onnx.Export.Operators;
using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Export;

/// <summary>Maps each operator to its export.</summary>
internal static class ExportTable
{
    private static readonly FrozenDictionary<Type, Action<Operator, NodeExport>> Rules = new[]
    {
        On<Graphs.Operators.Activation>(Activation.Export),
        On<Graphs.Operators.AdaptiveAveragePool2d>(AdaptiveAveragePool.Export),
        On<Graphs.Operators.AdaptiveAveragePool3d>(AdaptiveAveragePool.Export),
        On<Graphs.Operators.AdaptiveMaxPool2d>(AdaptiveMaxPool.Export),
        On<Graphs.Operators.AdaptiveMaxPool3d>(AdaptiveMaxPool.Export),
        On<Graphs.Operators.Add>(Add.Export),
        On<Graphs.Operators.Affine>(Affine.Export),
        On<Graphs.Operators.ArgMax>(Places.ArgMax),
        On<Graphs.Operators.Arithmetic>(Arithmetic.Export),
        On<Graphs.Operators.AveragePool2d>(AveragePool.Export),
        On<Graphs.Operators.AveragePool3d>(AveragePool.Export),
        On<Graphs.Operators.BatchNorm2d>(BatchNorm2d.Export),
        On<Graphs.Operators.ChannelShuffle>(ChannelShuffle.Export),
        On<Graphs.Operators.Clamp>(Clamp.Export),
        On<Graphs.Operators.Comparison>(Comparison.Export),
        On<Graphs.Operators.Concat>(Concat.Export),
        On<Graphs.Operators.Conv2d>(Conv.Export),
        On<Graphs.Operators.Conv3d>(Conv.Export),
        On<Graphs.Operators.ConvTranspose2d>(ConvTranspose.Export),
        On<Graphs.Operators.ConvTranspose3d>(ConvTranspose.Export),
        On<Graphs.Operators.CumulativeSum>(CumulativeSum.Export),
        On<Graphs.Operators.DefaultBoxes>(DefaultBoxes.Export),
        On<Graphs.Operators.Dropout>(Dropout.Export),
        On<Graphs.Operators.Dropout2d>(Dropout2d.Export),
        On<Graphs.Operators.Elementwise>(Elementwise.Export),
        On<Graphs.Operators.Embedding>(Embedding.Export),
        On<Graphs.Operators.Expand>(Expand.Export),
        On<Graphs.Operators.Flatten>(Flatten.Export),
        On<Graphs.Operators.GatherElements>(Places.GatherElements),
        On<Graphs.Operators.GridSample>(GridSample.Export),
        On<Graphs.Operators.GroupNorm>(GroupNorm.Export),
        On<Graphs.Operators.Gru>(Gru.Export),
        On<Graphs.Operators.Input>(_ => { }),
        On<Graphs.Operators.InstanceNorm2d>(InstanceNorm2d.Export),
        On<Graphs.Operators.LayerNorm>(LayerNorm.Export),
        On<Graphs.Operators.LayerScale2d>(LayerScale2d.Export),
        On<Graphs.Operators.Linear>(Linear.Export),
        On<Graphs.Operators.LocalResponseNorm>(LocalResponseNorm.Export),
        On<Graphs.Operators.LogitScale>(LogitScale.Export),
        On<Graphs.Operators.Lstm>(Lstm.Export),
        On<Graphs.Operators.MatMul>(MatMul.Export),
        On<Graphs.Operators.MaxPool2d>(MaxPool.Export),
        On<Graphs.Operators.MaxPool3d>(MaxPool.Export),
        On<Graphs.Operators.Normalize>(Normalize.Export),
        On<Graphs.Operators.Pad2d>(Pad.Export),
        On<Graphs.Operators.Pad3d>(Pad.Export),
        On<Graphs.Operators.PadChannels>(PadChannels.Export),
        On<Graphs.Operators.ParameterValue>(ParameterValue.Export),
        On<Graphs.Operators.Permute>(Permute.Export),
        On<Graphs.Operators.PixelShuffle>(PixelShuffle.Export),
        On<Graphs.Operators.PixelUnshuffle>(PixelUnshuffle.Export),
        On<Graphs.Operators.PRelu>(PRelu.Export),
        On<Graphs.Operators.Reduce>(Reduce.Export),
        On<Graphs.Operators.RelativeCoordinates>(RelativeCoordinates.Export),
        On<Graphs.Operators.RelativePositionBias>(RelativePositionBias.Export),
        On<Graphs.Operators.Resample>(Resample.Export),
        On<Graphs.Operators.Reshape>(Reshape.Export),
        On<Graphs.Operators.RmsNorm>(RmsNorm.Export),
        On<Graphs.Operators.Rnn>(Rnn.Export),
        On<Graphs.Operators.Roll>(Roll.Export),
        On<Graphs.Operators.ScaledDotProductAttention>(ScaledDotProductAttention.Export),
        On<Graphs.Operators.Select>(Select.Export),
        On<Graphs.Operators.SelectChannels>(SelectChannels.Export),
        On<Graphs.Operators.ShiftedWindowMask>(ShiftedWindowMask.Export),
        On<Graphs.Operators.Slice>(Slice.Export),
        On<Graphs.Operators.Softmax>(Softmax.Export),
        On<Graphs.Operators.StochasticDepth>(StochasticDepth.Export),
        On<Graphs.Operators.Subsample>(Subsample.Export),
        On<Graphs.Operators.TopK>(Places.TopK),
        On<Graphs.Operators.Upsample>(Upsample.Export),
        On<Graphs.Operators.Upsample3d>(Upsample.Export),
        On<Graphs.Operators.Where>(Where.Export),
    }.ToFrozenDictionary();

    /// <summary>Exports a node. The error for an operator without an ONNX form names the node.</summary>
    public static void Export(Node node, NodeExport export)
    {
        if (Rules.TryGetValue(node.Operator.GetType(), out var rule))
        {
            rule(node.Operator, export);
        }
        else if (node.Operator is IOnnxExportable own)
        {
            own.Export(export);
        }
        else
        {
            throw new OcsInputException(
                $"Node '{node.Name}': the operator {node.Operator.GetType().Name} has no ONNX form here; save the "
                    + $"network as .ocs, leave the node out, or let the operator implement {nameof(IOnnxExportable)}.");
        }
    }

    private static KeyValuePair<Type, Action<Operator, NodeExport>> On<T>(Action<T, NodeExport> rule)
        where T : Operator => new(typeof(T), (op, node) => rule((T)op, node));

    private static KeyValuePair<Type, Action<Operator, NodeExport>> On<T>(Action<NodeExport> rule)
        where T : Operator => new(typeof(T), (_, node) => rule(node));
}

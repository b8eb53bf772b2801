using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>ReduceMean, ReduceSum, ReduceMax.</summary>
internal static class Reduce
{
    public static void Export(Graphs.Operators.Reduce op, NodeExport node) => Reduction.Emit(
        node,
        op.Kind switch
        {
            ReduceKind.Mean => "ReduceMean",
            ReduceKind.Sum => "ReduceSum",
            ReduceKind.Max => "ReduceMax",
            _ => throw new InvalidOperationException($"Reduction {op.Kind} has no ONNX form."),
        },
        node.Input,
        op.KeepDimensions,
        [.. op.Dimensions.Select(dimension => (long)dimension)]);
}

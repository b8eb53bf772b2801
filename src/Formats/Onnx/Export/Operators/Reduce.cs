using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>ReduceMean, ReduceSum and so on.</summary>
internal static class Reduce
{
    public static void Export(Graphs.Operators.Reduce op, NodeExport node) => Reduction.Emit(
        node,
        op.Kind switch
        {
            ReduceKind.Product => "ReduceProd",
            ReduceKind.SumOfSquares => "ReduceSumSquare",
            var kind => $"Reduce{kind}",
        },
        node.Input,
        op.KeepDimensions,
        [.. op.Dimensions.Select(dimension => (long)dimension)]);
}

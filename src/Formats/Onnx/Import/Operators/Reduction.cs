using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Reductions over axes: mean, sum, max and so on.</summary>
internal static class Reduction
{
    public static void Import(NodeImport node)
    {
        var x = node.Any(0);
        var axes = ReductionShapes.Axes(node.Arguments, node.ShapeOf(x.Value).Length);
        if (axes.Contains(x.Batch))
        {
            throw node.Error("it runs over the batch");
        }

        if (axes.Length == 0)
        {
            node.Output(node.Node.Type is "ReduceMean" or "ReduceSum" or "ReduceMax" or "ReduceMin" or "ReduceProd"
                ? x
                : throw node.Error("it reduces no dimension"));
            return;
        }

        var kind = node.Node.Type switch
        {
            "ReduceProd" => ReduceKind.Product,
            "ReduceSumSquare" => ReduceKind.SumOfSquares,
            var type => Enum.Parse<ReduceKind>(type["Reduce".Length..]),
        };
        var keeps = node.Node.Int("keepdims", 1) != 0;
        var value = node.Builder.Reduce(node.Name, x.Value, kind, [.. axes.Select(x.Dimension).Order()], keeps);
        node.Output(value, keeps ? x.Batch : x.Batch - axes.Count(axis => axis < x.Batch));
    }
}

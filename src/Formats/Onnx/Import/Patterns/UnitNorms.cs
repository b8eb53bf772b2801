using Ocs.Formats.Onnx.Import.Shapes;

namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// x / max(‖x‖₂, 1e-12) -> our Normalize, and x / √(mean(x²) + ε) times a vector -> RmsNorm, both over the last
/// dimension.
/// </summary>
internal static class UnitNorms
{
    private const double Smallest = 1e-12;

    public static void Apply(OnnxGraph graph)
    {
        foreach (var node in graph.Nodes.Where(node => node.Is("Div") || node.Is("Mul")).ToArray())
        {
            foreach (var (x, divisor) in Quotients(graph, node))
            {
                if (Bounded(graph, divisor) is { } norm && OfLast(graph, norm, "ReduceL2") == x)
                {
                    graph.Fuse(node, "Normalize", OnnxNode.Ours, [x]);
                }
                else if (RootMeanSquare(graph, divisor, x) is { } epsilon
                    && graph.OnlyUser(node.Output) is { } product
                    && product.Is("Mul")
                    && graph.BesideConstant(product) is var (_, weight)
                    && graph.ShapeOf(weight) is [var size] && size == graph.ShapeOf(x)[^1])
                {
                    graph.Fuse(product, "RmsNorm", OnnxNode.Ours, [x, weight], ("epsilon", (float)epsilon));
                }
            }
        }
    }

    // x / divisor, and as rsqrt is exported: x * (1 / divisor).
    private static IEnumerable<(string X, string Divisor)> Quotients(OnnxGraph graph, OnnxNode node)
    {
        if (node.Is("Div"))
        {
            var divisor = node.Inputs[1];
            yield return (node.Inputs[0], graph.Maker(divisor, "Expand") is { } expand ? expand.Inputs[0] : divisor);
            yield break;
        }

        foreach (var factor in node.Inputs.Distinct())
        {
            if (graph.Inverted(factor) is { } divisor && node.Other(factor) is { } x)
            {
                yield return (x, divisor);
            }
        }
    }

    private static string? Bounded(OnnxGraph graph, string value) => graph.Maker(value) switch
    {
        { } node when node.Is("Max") => graph.BesideScalar(node, Smallest),
        { } node when node.Is("Clip")
            && (
                node.Has("min")
                    ? node.Float("min", 0)
                    : graph.Scalar(node.InputOrNull(1)) ?? 0) is > 0 and < 2 * Smallest
            && node.InputOrNull(2) is null && !node.Has("max") => node.Inputs[0],
        _ => null,
    };

    private static double? RootMeanSquare(OnnxGraph graph, string value, string x)
    {
        if (graph.Under(value, "Sqrt") is not { } sum || graph.Maker(sum, "Add") is not { } add
            || graph.BesideConstant(add) is not var (mean, epsilon)
            || OfLast(graph, mean, "ReduceMean") is not { } square)
        {
            return null;
        }

        var isSquare = graph.Maker(square) is { Inputs: [var left, var right] } node && left == x
            && ((node.Is("Mul") && right == x) || (node.Is("Pow") && graph.IsScalar(right, 2)));
        return isSquare ? graph.Scalar(epsilon) : null;
    }

    // The input of a reduction over the last dimension with keepdims.
    private static string? OfLast(OnnxGraph graph, string value, string type) =>
        graph.Maker(value, type) is { } node && graph.ShapeOf(node.Inputs[0]) is { IsDefault: false, Length: var rank }
        && node.Int("keepdims", 1) != 0
        && ReductionShapes.Axes(new(graph, node), rank) is [var axis]
        && axis == rank - 1
            ? node.Inputs[0]
            : null;
}

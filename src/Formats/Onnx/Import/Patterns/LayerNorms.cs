namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// (x - mean) / sqrt(mean((x - mean)²) + ε), then optional weight and bias, over the last dimensions ->
/// LayerNormalization, here with an optional weight.
/// </summary>
internal static class LayerNorms
{
    public static void Apply(OnnxGraph graph)
    {
        foreach (var node in graph.Nodes.Where(node => node.Is("Div") || node.Is("Mul")).ToArray())
        {
            if (Find(graph, node) is var (x, dimensions, epsilon))
            {
                Fuse(graph, node, x, dimensions, epsilon);
            }
        }
    }

    // deviation / sqrt(variance + ε), or as some exporters write it, deviation * (1 / sqrt(variance + ε)).
    private static (string X, int Dimensions, double Epsilon)? Find(OnnxGraph graph, OnnxNode node)
    {
        if (node.Is("Div"))
        {
            return graph.Under(node.Inputs[1], "Sqrt") is { } sum ? Find(graph, node.Inputs[0], sum) : null;
        }

        foreach (var factor in node.Inputs)
        {
            if (graph.Inverted(factor) is { } root && graph.Under(root, "Sqrt") is { } sum
                && node.Other(factor) is { } deviation)
            {
                return Find(graph, deviation, sum);
            }
        }

        return null;
    }

    private static (string X, int Dimensions, double Epsilon)? Find(OnnxGraph graph, string deviation, string sum)
    {
        if (graph.BesideConstant(graph.Maker(sum, "Add")) is not var (variance, constant)
            || graph.Scalar(constant) is not { } epsilon
            || graph.Maker(graph.Passed(deviation), "Sub") is not { } difference
            || LastDimensions(graph, variance) is not var (square, dimensions)
            || LastDimensions(graph, difference.Inputs[1]) is not var (x, same)
            || same != dimensions || x != difference.Inputs[0])
        {
            return null;
        }

        // PyTorch computes the difference once; TensorFlow's exporters twice.
        return Squared(graph, square) is { } squared
            && (
                squared == deviation
                    || (graph.Maker(squared, "Sub") is { } second && second.Inputs.SequenceEqual(difference.Inputs)))
            ? (x, dimensions, epsilon)
            : null;
    }

    private static string? Squared(OnnxGraph graph, string value) => graph.Maker(value) switch
    {
        { } power when power.Is("Pow") && graph.IsScalar(power.Inputs[1], 2) => power.Inputs[0],
        { } product when product.Is("Mul") && product.Inputs[0] == product.Inputs[1] => product.Inputs[0],
        _ => null,
    };

    // The input of a mean over the last dimensions, and their number.
    private static (string Input, int Count)? LastDimensions(OnnxGraph graph, string value)
    {
        if (graph.Maker(value, "ReduceMean") is not { } mean || mean.Int("keepdims", 1) == 0
            || (mean.Ints("axes") ?? graph.Constant(mean.InputOrNull(1))?.Integers) is not { Length: > 0 } axes
            || graph.ShapeOf(mean.Inputs[0]) is not { IsDefault: false, Length: var rank })
        {
            return null;
        }

        var last = axes.Select(axis => axis < 0 ? axis + rank : axis).Order().ToArray();
        return last.Length < rank
            && last.SequenceEqual(Enumerable.Range(rank - last.Length, last.Length).Select(axis => (long)axis))
            ? (mean.Inputs[0], last.Length)
            : null;
    }

    private static void Fuse(OnnxGraph graph, OnnxNode node, string x, int dimensions, double epsilon)
    {
        var (last, weight, bias) = (node, (string?)null, (string?)null);
        if (Next(graph, last, "Mul", x, dimensions) is var (product, factor))
        {
            (last, weight) = (product, factor);
            if (Next(graph, last, "Add", x, dimensions) is var (sum, term))
            {
                (last, bias) = (sum, term);
            }
        }

        string[] inputs = weight is null ? [x] : bias is null ? [x, weight] : [x, weight, bias];
        graph.Fuse(
            last, "LayerNormalization", "", [.. inputs], ("axis", -(long)dimensions), ("epsilon", (float)epsilon));
    }

    // The next node, if it is the only reader and its other input is a constant with the shape of the normalized
    // dimensions.
    private static (OnnxNode Node, string Constant)? Next(
        OnnxGraph graph, OnnxNode node, string type, string x, int dimensions) =>
        graph.OnlyUser(node.Output) is { } next && next.Is(type) && graph.BesideConstant(next) is var (_, constant)
            && graph.ShapeOf(constant).SequenceEqual(graph.ShapeOf(x)[^dimensions..])
            ? (next, constant)
            : null;
}

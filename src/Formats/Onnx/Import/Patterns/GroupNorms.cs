namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// Reshape [N, G, -1], InstanceNormalization, Reshape back, then optional weight and bias [C, 1, ...] ->
/// GroupNormalization. Its weight and bias are optional, with one number per channel.
/// </summary>
internal static class GroupNorms
{
    public static void Apply(OnnxGraph graph)
    {
        foreach (var back in graph.Nodes.Where(node => node.Is("Reshape")).ToArray())
        {
            if (graph.Maker(back.Inputs[0], "InstanceNormalization") is { } norm
                && graph.Maker(norm.Inputs[0], "Reshape") is { } split
                && IsAll(graph, norm.Inputs[1], 1) && IsAll(graph, norm.Inputs[2], 0)
                && graph.ShapeOf(split.Inputs[0]) is { IsDefault: false, Length: >= 2 } shape
                && graph.ShapeOf(split.Output) is { IsDefault: false, Length: >= 3 } groups
                && groups[0] == shape[0] && groups[1] > 0 && shape[1] % groups[1] == 0
                && graph.ShapeOf(back.Output) is { IsDefault: false } after && after.SequenceEqual(shape))
            {
                Fuse(graph, back, split.Inputs[0], groups[1], norm.Float("epsilon", 1e-5));
            }
        }
    }

    private static void Fuse(OnnxGraph graph, OnnxNode back, string x, long groups, double epsilon)
    {
        var (last, weight, bias) = (back, (string?)null, (string?)null);
        if (Next(graph, last, "Mul", x) is var (product, factor))
        {
            (last, weight) = (product, factor);
            if (Next(graph, last, "Add", x) is var (sum, term))
            {
                (last, bias) = (sum, term);
            }
        }

        string[] inputs = weight is null ? [x] : bias is null ? [x, weight] : [x, weight, bias];
        graph.Fuse(last, "GroupNormalization", "", [.. inputs], ("num_groups", groups), ("epsilon", (float)epsilon));
    }

    // The next node and its constant operand as a vector [C]; the file has [C, 1, ...] or [1, C, 1, ...].
    private static (OnnxNode Node, string Vector)? Next(OnnxGraph graph, OnnxNode node, string type, string x)
    {
        var shape = graph.ShapeOf(x);
        if (graph.OnlyUser(node.Output) is not { } next
            || !next.Is(type)
            || graph.BesideConstant(next) is not var (_, constant)
            || graph.Constant(constant) is not { } tensor || tensor.Count != shape[1]
            || tensor.Shape.Length < shape.Length - 1 || tensor.Shape[^(shape.Length - 1)] != shape[1])
        {
            return null;
        }

        var vector = graph.FreshName($"{constant}/vector");
        graph.Constants[vector] = tensor.Reshaped([shape[1]]).Named(tensor.Name);
        return (next, vector);
    }

    private static bool IsAll(OnnxGraph graph, string value, double number) =>
        graph.Constant(value) is { } constant && constant.Numbers.All(element => element == number);
}

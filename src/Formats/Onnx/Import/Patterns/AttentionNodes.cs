using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// ONNX's Attention (opset 23) -> ScaledDotProductAttention of ours on [N, heads, L, d]. Features [N, L, heads d] are
/// divided into heads and merged again. Keys and values of fewer heads are repeated for the queries of their group.
/// </summary>
/// <remarks>
/// Nodes with a cache of past keys, a soft cap or a second output, and masks that are computed, boolean or
/// broadcast, stay as they are.
/// </remarks>
internal static class AttentionNodes
{
    private const int Mask = 3;

    public static void Apply(OnnxGraph graph)
    {
        foreach (var node in graph.Nodes.Where(node => node.Is("Attention")).ToArray())
        {
            if (IsPlain(node)
                && Heads(graph, node, 0, "q_num_heads") is { } q
                && Heads(graph, node, 1, "kv_num_heads") is { } k
                && Heads(graph, node, 2, "kv_num_heads") is { } v
                && graph.ShapeOf(q) is [_, var heads, var length, var size]
                && Repeated(graph, node, k, heads) is { } keys
                && Repeated(graph, node, v, heads) is { } values
                && (node.Int("is_causal", 0) == 0 || graph.ShapeOf(keys)[2] == length)
                && Bias(graph, node, heads, length, graph.ShapeOf(keys)[2]) is { IsDefault: false } bias)
            {
                var scale = node.Float("scale", 1 / MathF.Sqrt(size));
                Replace(graph, node, [q, keys, values, .. bias], (float)scale);
            }
        }
    }

    private static bool IsPlain(OnnxNode node) =>
        node.Inputs.Length is >= 3 and <= Mask + 1
        && node.Outputs.Skip(1).All(output => output.Length == 0)
        && node.Float("softcap", 0) == 0;

    // [N, heads, L, d] of an input; null where its shape does not divide.
    private static string? Heads(OnnxGraph graph, OnnxNode node, int input, string count)
    {
        var value = node.Inputs[input];
        if (graph.ShapeOf(value) is not { IsDefault: false } shape || graph.Constant(value) is not null)
        {
            return null;
        }

        if (shape.Length == 4)
        {
            return value;
        }

        var heads = node.Int(count, 0);
        if (shape.Length != 3 || heads < 1 || shape[2] % heads != 0)
        {
            return null;
        }

        var part = "qkv"[input];
        var divided = graph.EmitReshape(node, $"{part}/divided", value, [shape[0], shape[1], heads, shape[2] / heads]);
        return graph.EmitTranspose(node, $"{part}/heads", divided, 0, 2, 1, 3);
    }

    // Each head for as many that follow one another.
    private static string? Repeated(OnnxGraph graph, OnnxNode node, string value, long heads)
    {
        if (graph.ShapeOf(value) is not [var batch, var groups, var length, var size] || heads % groups != 0)
        {
            return null;
        }

        if (groups == heads)
        {
            return value;
        }

        var single = graph.EmitReshape(node, "group", value, [batch, groups, 1, length, size]);
        ImmutableArray<long> shape = [batch, groups, heads / groups, length, size];
        var target = graph.FreshName($"{node.Name}/repeated/shape");
        graph.Constants[target] = OnnxTensor.Of([.. shape]);
        var repeated = graph.Emit(node, "repeated", "Expand", [single, target], shape);
        return graph.EmitReshape(node, "all", repeated, [batch, heads, length, size]);
    }

    // The mask, if there is one; default where it is not a constant of numbers for each query and key.
    private static ImmutableArray<string> Bias(OnnxGraph graph, OnnxNode node, long heads, long queries, long keys) =>
        node.InputOrNull(Mask) is not { } mask ? []
        : graph.Constant(mask) is { Kind: OnnxKind.Float, Shape: [.., var rows, var columns] shape }
            && rows == queries && columns == keys
            && (shape is [_, _] || (shape is [1, var count, _, _] && (count == 1 || count == heads)))
            ? [new Scores.Bias(mask, 4).Constant(graph, node, 4)]
            : default;

    private static void Replace(OnnxGraph graph, OnnxNode node, ImmutableArray<string> inputs, float scale)
    {
        (string, object)[] attributes = [("scale", scale), ("causal", node.Int("is_causal", 0))];
        var shape = graph.ShapeOf(node.Output);
        if (shape.Length == 4)
        {
            graph.Fuse(node, "ScaledDotProductAttention", OnnxNode.Ours, inputs, attributes);
            return;
        }

        var (q, v) = (graph.ShapeOf(inputs[0]), graph.ShapeOf(inputs[2]));
        var found = graph.FreshName($"{node.Name}/found");
        var attention = new OnnxNode(
            found, "ScaledDotProductAttention", OnnxNode.Ours, inputs, [found],
            ImmutableDictionary<string, object>.Empty);
        graph.Shapes[found] = [.. q[..3], v[3]];
        graph.Add(attributes.Aggregate(attention, (made, each) => made.With(each.Item1, each.Item2)));
        var merged = graph.EmitTranspose(node, "merged", found, 0, 2, 1, 3);
        var target = graph.FreshName($"{node.Name}/shape");
        graph.Constants[target] = OnnxTensor.Of([.. shape]);
        graph.Fuse(node, "Reshape", "", [merged, target]);
    }
}

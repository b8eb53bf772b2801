using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// PyTorch's attention on [N heads, L, d] -> the same on [N, heads, L, d], from and to [N, L, E]. PyTorch reshapes [L,
/// N, E] to [L, N heads, d] and transposes; the result is [L, N, E] or [L N, E]. For a batch of one, dimension 1 of [L,
/// N, E] is 1.
/// </summary>
internal static class FoldedHeads
{
    private static readonly ImmutableArray<int> Exchanged = [1, 0, 2];
    private static readonly ImmutableArray<int> PerHead = [0, 2, 1, 3];

    public static void Fuse(OnnxGraph graph, OnnxNode product, Scores scores, string values)
    {
        if (graph.OnlyUser(product.Output) is not { } exchange
            || !exchange.Is("Transpose")
            || !exchange.Order(3).SequenceEqual(Exchanged)
            || graph.OnlyUser(exchange.Output) is not { } merge || !merge.Is("Reshape")
            || scores.Biases.Any(bias => graph.ShapeOf(bias.Name) is var shape && shape.Length == 3 && shape[0] != 1)
            || !scores.IsTransposed)
        {
            return;
        }

        var keys = scores.Keys(graph);
        if (Source(graph, scores.Queries) is not { } q
            || Source(graph, keys) is not { } k
            || Source(graph, values) is not { } v)
        {
            return;
        }

        var (heads, length, width) = (scores.Shape[0], scores.Shape[1], graph.ShapeOf(values)[2]);
        var after = graph.ShapeOf(merge.Output);
        if (after.IsDefault
            || !(after.SequenceEqual([length, 1, heads * width]) || after.SequenceEqual([length, heads * width])))
        {
            return;
        }

        var attended = new OnnxNode(
            graph.FreshName($"{product.Name}/heads"),
            "MatMul",
            "",
            [],
            [graph.FreshName($"{product.Name}/attended")],
            ImmutableDictionary<string, object>.Empty);
        graph.Add(attended);
        graph.Shapes[attended.Output] = [1, heads, length, width];
        Attentions.Replace(
            graph,
            attended,
            Heads(graph, product, "q", q, heads),
            Heads(graph, product, "k", k, heads),
            Heads(graph, product, "v", v, heads),
            scores);
        var rows = graph.EmitTranspose(product, "rows", attended.Output, PerHead);
        var merged = graph.EmitReshape(product, "merged", rows, [1, length, heads * width]);
        var sequence = graph.EmitTranspose(product, "sequence", merged, Exchanged);
        graph.Rewire(merge, merge.Inputs.SetItem(0, sequence));
    }

    // The value [L, N, E] from which [N heads, L, d] was reshaped.
    private static string? Source(OnnxGraph graph, string value) =>
        graph.Maker(value, "Transpose") is { } transpose && transpose.Order(3).SequenceEqual(Exchanged)
        && graph.Maker(transpose.Inputs[0], "Reshape") is { } split
        && graph.ShapeOf(split.Inputs[0]) is { IsDefault: false, Length: 3 } before && before[1] == 1
        && graph.ShapeOf(split.Output) is { IsDefault: false, Length: 3 } after && after[0] == before[0]
            ? split.Inputs[0]
            : null;

    private static string Heads(OnnxGraph graph, OnnxNode like, string part, string sequence, long heads)
    {
        var shape = graph.ShapeOf(sequence);
        var batchFirst = graph.EmitTranspose(like, $"{part}/batch_first", sequence, Exchanged);
        var split = graph.EmitReshape(like, $"{part}/split", batchFirst, [1, shape[0], heads, shape[2] / heads]);
        return graph.EmitTranspose(like, $"{part}/heads", split, PerHead);
    }
}

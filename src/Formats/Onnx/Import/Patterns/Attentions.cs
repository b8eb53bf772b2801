namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// softmax(scale q kᵀ + constants) v -> our ScaledDotProductAttention, on [N, ..., heads, L, d]. The scale may be
/// applied to queries, keys or scores; products may be MatMul or Einsum. Swin's masks are added to scores reshaped from
/// [N windows, heads, L, L] to [N, windows, heads, L, L]. A constant that masks all later positions makes attention
/// causal.
/// </summary>
internal static class Attentions
{
    public static void Apply(OnnxGraph graph)
    {
        foreach (var softmax in graph.Nodes.Where(node => node.Is("Softmax")).ToArray())
        {
            if (Scores.Find(graph, softmax) is { } scores && Product(graph, softmax) is var (product, values))
            {
                if (scores.Shape.Length == 3)
                {
                    FoldedHeads.Fuse(graph, product, scores, values);
                }
                else
                {
                    Fuse(graph, product, scores, values);
                }
            }
        }
    }

    // The product of weights and values.
    private static (OnnxNode Product, string Values)? Product(OnnxGraph graph, OnnxNode softmax)
    {
        var weights = softmax.Output;
        while (graph.OnlyUser(weights) is { } user)
        {
            if (user.Is("Dropout") || user.Is("Identity"))
            {
                weights = user.Output;
                continue;
            }

            return user.Inputs[0] == weights && (user.Is("MatMul") || Scores.IsEinsum(user, transposed: false))
                ? (user, user.Inputs[1])
                : null;
        }

        return null;
    }

    private static void Fuse(OnnxGraph graph, OnnxNode product, Scores scores, string values)
    {
        var (q, k) = (scores.Queries, scores.Keys(graph));
        if (scores.Biases.IsEmpty || scores.Biases[0].Rank == graph.ShapeOf(q).Length)
        {
            Replace(graph, product, q, k, values, scores);
            return;
        }

        // If scores were reshaped to windows, so are queries, keys and values; the result is reshaped back.
        string Lift(string part, string value) =>
            graph.EmitReshape(product, part, value, [.. scores.Lifted[..^2], .. graph.ShapeOf(value)[^2..]]);

        var (name, shape) = (graph.FreshName($"{product.Name}/windows"), graph.ShapeOf(values));
        var lifted = product with { Name = name, Outputs = [name] };
        graph.Shapes[name] = [.. scores.Lifted[..^1], shape[^1]];
        var (liftedQ, liftedK, liftedV) = (Lift("q", q), Lift("k", k), Lift("v", values));
        var target = graph.FreshName($"{product.Name}/shape");
        graph.Constants[target] = OnnxTensor.Of([.. graph.ShapeOf(product.Output)]);
        graph.Fuse(product, "Reshape", "", [name, target]);
        graph.Add(lifted);
        Replace(graph, lifted, liftedQ, liftedK, liftedV, scores);
    }

    internal static void Replace(OnnxGraph graph, OnnxNode product, string q, string k, string v, Scores scores)
    {
        var rank = graph.ShapeOf(q).Length;
        var isCausal = scores.Biases.ToLookup(bias => CausalMask.Is(graph.Constant(bias.Name)!));
        var biases = isCausal[false].Select(bias => bias.Constant(graph, product, rank));
        graph.Fuse(
            product, "ScaledDotProductAttention", OnnxNode.Ours, [q, k, v, .. biases],
            ("scale", (float)scores.Scale), ("causal", isCausal[true].Any() ? 1L : 0L));
    }
}

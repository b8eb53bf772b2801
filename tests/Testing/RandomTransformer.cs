using System.Globalization;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Testing;

/// <summary>
/// A small transformer drawn from a seed: patches by a convolution or embedded words, a class token, position
/// embeddings, attention by either policy (packed, causal in a third of the seeds, in shifted windows, or of separate
/// projections), MLPs, patch merging, residual sums, and norms where they are asked for.
/// </summary>
public sealed record RandomTransformer(int Seed, int Blocks, bool Norms)
{
    private const int Words = 7;

    /// <summary>The network; the same each time.</summary>
    public Graph Build()
    {
        var dice = new Dice(Seed);
        var g = new GraphBuilder(
            string.Create(CultureInfo.InvariantCulture, $"transformer{Seed}x{Blocks}{(Norms ? "norms" : "")}"));
        return g.Build(dice.Roll(3) switch
        {
            0 => Text(g, dice),
            1 => Windows(g, dice),
            _ => Patches(g, dice),
        });
    }

    /// <summary>Values away from neutral starts, so that no mistake hides behind a 0 or a 1.</summary>
    public ParameterTable Parameters(Graph graph)
    {
        var dice = new Dice(Seed + 1);
        return ParameterTable.FromTensors(graph, graph.Parameters.ToDictionary(
            spec => spec.Name,
            spec => spec.Role == ParameterRole.NormWeight ? Draw(dice, spec, 0.5, 1.5) : Draw(dice, spec, -0.5, 0.5),
            StringComparer.Ordinal));
    }

    /// <summary>Images, or words as numbers.</summary>
    public Tensor Batch(Graph graph, int count = 2)
    {
        var shape = graph.InputNodes.Single().Shape.SetItem(0, count);
        var dice = new Dice(Seed + 2);
        var elements = shape.Aggregate(1L, (a, b) => a * b);
        return shape.Length == 2
            ? Tensor.FromArray<long>(
                [.. Enumerable.Range(0, (int)elements).Select(_ => (long)dice.Roll(Words))], shape.AsSpan())
            : Tensor.FromArray<float>(dice.Floats(elements, -1, 1), shape.AsSpan());
    }

    private static Tensor Draw(Dice dice, ParameterSpec spec, double low, double high) =>
        Tensor.FromArray<float>(dice.Floats(spec.ElementCount, low, high), spec.Shape.AsSpan());

    // [N, L] words -> mean over positions of the last block, by attention with one learnt query's weights left out: the
    // first word answers.
    private Value Text(GraphBuilder g, Dice dice)
    {
        var x = g.Embedding("words", g.Input("input", dice.Pick(3, 4)), Words, dice.Pick(4, 6));
        x = dice.Chance(0.5) ? g.AddParameter("position", x, Initialization.Normal(0.02)) : x;
        if (dice.Chance(0.4))
        {
            x = dice.Chance(0.5)
                ? g.Lstm("lstm", x, dice.Pick(2, 3), layers: 2, bidirectional: dice.Chance(0.5))
                : g.Gru("gru", x, dice.Pick(2, 3), bidirectional: true);
            x = g.Linear("after", x, 6);
        }

        return g.Linear("head", g.Select("first", Encoder(g, dice, x), 1, 0), 3);
    }

    // As ViT: patches, a class token, positions.
    private Value Patches(GraphBuilder g, Dice dice)
    {
        var x = g.Conv2d("patches", g.Input("input", 2, 4, 6), dice.Pick(4, 6), 2, stride: 2, bias: true);
        x = Norms && dice.Chance(0.5) ? g.LayerNorm2d("patches.norm", x) : x;
        x = g.Transpose("tokens", g.Flatten("patches.flat", x, 2, 3), 1, 2);
        if (dice.Chance(0.7))
        {
            var token = g.Parameter("class_token", [1, 1, g.ShapeOf(x)[2]], Initialization.Normal(1), follows: x);
            x = g.Concat("with token", 1, token, x);
        }

        x = Encoder(g, dice, g.AddParameter("position", x, Initialization.Normal(0.02)));
        return g.Linear("head", g.Select("first", x, 1, 0), 3);
    }

    // As Swin: [N, H, W, C], windows, patches merged between the blocks.
    private Value Windows(GraphBuilder g, Dice dice)
    {
        var x = g.Conv2d("patches", g.Input("input", 2, 4, 8), dice.Pick(4, 6), 1, bias: true);
        x = g.Permute("channels last", x, 0, 2, 3, 1);
        for (var block = 0; block < Blocks; block++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"block{block}");
            var y = ShiftedWindows.Attention(
                g, name, Normalised(g, dice, $"{name}.norm1", x), window: 2, dice.Pick(0, 1), heads: 2,
                dice.Chance(0.5), Policy(dice), dice.Chance(0.3));
            x = Mlp(g, dice, name, g.Add($"{name}.sum", x, y));
            var shape = g.ShapeOf(x);
            if (dice.Chance(0.4) && shape[1] >= 4)
            {
                var split = g.Reshape($"{name}.split", x, [1, shape[1] / 2, 2, shape[2] / 2, 2, shape[3]]);
                var merged = g.Flatten(
                    $"{name}.merge", g.Permute($"{name}.four", split, 0, 1, 3, 4, 2, 5), 3, 5, SplitPolicy.SameInner);
                x = g.Linear(
                    $"{name}.reduction", Normalised(g, dice, $"{name}.norm3", merged), dice.Pick(4, 8), bias: false);
            }
        }

        return g.Linear("head", g.Flatten("flatten", g.Permute("channels first", x, 0, 3, 1, 2)), 3);
    }

    private Value Encoder(GraphBuilder g, Dice dice, Value x)
    {
        for (var block = 0; block < Blocks; block++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"block{block}");
            var y = Normalised(g, dice, $"{name}.norm1", x);
            y = dice.Chance(0.6)
                ? g.MultiHeadAttention($"{name}.attention", y, 2, Policy(dice), isCausal: Seed % 3 == 0)
                : Separate(g, dice, $"{name}.attention", y);
            x = Mlp(g, dice, name, g.Add($"{name}.sum", x, y));
        }

        return x;
    }

    private Value Mlp(GraphBuilder g, Dice dice, string name, Value x)
    {
        var y = g.Linear($"{name}.mlp.0", Normalised(g, dice, $"{name}.norm2", x), dice.Pick(5, 8));
        y = g.Activation($"{name}.mlp.1", y, dice.Pick(ActivationKind.Gelu, ActivationKind.GeluTanh));
        return g.Add($"{name}.mlp.sum", x, g.Linear($"{name}.mlp.2", y, g.ShapeOf(x)[^1]));
    }

    // Queries, keys and values by layers of their own; values may have another width, and the weights may be computed
    // by matrix products.
    private static Value Separate(GraphBuilder g, Dice dice, string name, Value x)
    {
        const int Heads = 2;
        var policy = Policy(dice);
        var length = g.ShapeOf(x)[1];
        var (width, valueWidth) = (dice.Pick(2, 3), dice.Pick(2, 4));
        Value Split(string part, int headWidth) => g.Transpose(
            $"{name}.{part}.heads",
            g.Reshape(
                $"{name}.{part}.split", g.Linear($"{name}.{part}", x, Heads * headWidth), [1, length, Heads, headWidth],
                policy), 1, 2);

        var (q, k, v) = (Split("q", width), Split("k", width), Split("v", valueWidth));
        if (dice.Chance(0.5))
        {
            q = g.LogitScale($"{name}.logit_scale", g.Normalize($"{name}.q.unit", q));
            k = g.Normalize($"{name}.k.unit", k);
        }

        var attended = dice.Chance(0.3)
            ? g.MatMul($"{name}.weighted", g.MatMul($"{name}.scores", q, g.Transpose($"{name}.k.columns", k, 2, 3)), v)
            : g.ScaledDotProductAttention($"{name}.product", q, k, v);
        return g.Linear(
            $"{name}.projection",
            g.Flatten($"{name}.merged", g.Transpose($"{name}.rows", attended, 1, 2), 2, 3, policy), g.ShapeOf(x)[2]);
    }

    private static SplitPolicy Policy(Dice dice) => dice.Pick(SplitPolicy.WholeOuter, SplitPolicy.SameInner);

    private Value Normalised(GraphBuilder g, Dice dice, string name, Value x) =>
        !Norms || dice.Chance(0.2) ? x : dice.Chance(0.7) ? g.LayerNorm(name, x) : g.RmsNorm(name, x);
}

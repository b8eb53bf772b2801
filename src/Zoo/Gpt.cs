using System.Collections.Immutable;
using System.Globalization;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo;

/// <summary>
/// GPT-2: a transformer that predicts the next token. Radford et al. 2019, "Language Models are Unsupervised Multitask
/// Learners", section 2.3: norms before attention and MLP, one more at the end, learned positions. Initial weights of
/// residual branches are divided by the square root of their number. Sizes, names and layouts of parameters are those
/// of nanoGPT for single characters. Tokens [N, L] give logits [N, L, vocabulary].
/// </summary>
internal static class Gpt
{
    // Different characters in Shakespeare's collected works.
    private const int Characters = 65;

    private static readonly Initialization Small = Initialization.Normal(0.02);

    /// <summary>nanoGPT's network for a CPU.</summary>
    public static GptSize Nano => new(Layers: 4, Heads: 4, Width: 128, Dropout: 0);

    internal static ImmutableArray<Model> Models { get; } =
    [
        Text("gpt_nano", "GPT-2 (Radford et al. 2019), nanoGPT's size for a CPU", 64, Nano),
        Text(
            "gpt_small",
            "GPT-2 (Radford et al. 2019), nanoGPT's size for characters",
            256,
            new(Layers: 6, Heads: 6, Width: 384, Dropout: 0.2)),
    ];

    /// <summary>The network of a size.</summary>
    public static Graph Build(string name, GptSize size, NetworkInput input, int vocabulary)
    {
        var g = new GraphBuilder(name);
        var x = g.Embedding("transformer.wte", g.Input("input", input.Length), vocabulary, size.Width, Small);
        var positions = g.Parameter(
            "transformer.wpe.weight", [input.Length, size.Width], Small, ParameterRole.Weight, addsBatch: true);
        x = Drop(g, "transformer.drop", g.Add("transformer.embedding", x, positions), size);
        for (var layer = 0; layer < size.Layers; layer++)
        {
            x = Block(g, x, string.Create(CultureInfo.InvariantCulture, $"transformer.h.{layer}"), size);
        }

        x = g.LayerNorm("transformer.ln_f", x);
        var head = size.IsTied ? "transformer.wte.weight" : "lm_head.weight";
        return g.Build(g.Add(
            "lm_head", new Linear(), [x], [new(head, [vocabulary, size.Width], ParameterRole.Weight, Small)]));
    }

    private static Model Text(string name, string description, int length, GptSize size) => new(
        name, description, NetworkInput.Sequence(length), Characters,
        (input, vocabulary) => Build(name, size, input, vocabulary))
    {
        Task = ModelTask.Text,
    };

    private static Value Block(GraphBuilder g, Value x, string name, GptSize size)
    {
        // Two branches per layer add to the residual stream.
        var branch = Initialization.Normal(0.02 / Math.Sqrt(2 * size.Layers));
        var y = g.Linear($"{name}.attn.c_attn", g.LayerNorm($"{name}.ln_1", x), 3 * size.Width, Small);
        y = g.PackedAttention(
            $"{name}.attn", y, size.Heads, $"{name}.attn.c_proj", initialization: branch, isCausal: true,
            dropout: size.Dropout);
        x = g.Add($"{name}.attn.add", x, Drop(g, $"{name}.attn.resid_dropout", y, size));
        y = g.Linear($"{name}.mlp.c_fc", g.LayerNorm($"{name}.ln_2", x), 4 * size.Width, Small);
        y = g.Activation($"{name}.mlp.gelu", y, ActivationKind.Gelu);
        y = g.Linear($"{name}.mlp.c_proj", y, size.Width, branch);
        return g.Add($"{name}.mlp.add", x, Drop(g, $"{name}.mlp.dropout", y, size));
    }

    private static Value Drop(GraphBuilder g, string name, Value x, GptSize size) =>
        size.Dropout > 0 ? g.Dropout(name, x, size.Dropout) : x;
}

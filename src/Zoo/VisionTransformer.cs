using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo;

/// <summary>
/// Vision Transformer: patches of an image are tokens. Dosovitskiy et al. 2021, arXiv 2010.11929, Fig. 1, section 3.1,
/// Tab. 1. For small images the widths of DeiT-Ti (Touvron et al. 2021, arXiv 2012.12877, Tab. 1) and patches of 4.
/// </summary>
internal static class VisionTransformer
{
    private const double Epsilon = 1e-6;

    internal static ImmutableArray<Model> Models { get; } =
    [
        Model.Cifar("cifar_vit", "ViT-Ti/4 for small images (Touvron et al. 2021)", Of("cifar_vit", 4, Tiny)),
        Model.ImageNet("vit_b_16", "ViT-B/16 (Dosovitskiy et al. 2021)", Of("vit_b_16", 16, Base)),
        Model.ImageNet("vit_b_32", "ViT-B/32 (Dosovitskiy et al. 2021)", Of("vit_b_32", 32, Base)),
        Model.ImageNet("vit_l_16", "ViT-L/16 (Dosovitskiy et al. 2021)", Of("vit_l_16", 16, Large)),
    ];

    private static Size Tiny => new(Depth: 12, Width: 192, Heads: 3);

    private static Size Base => new(Depth: 12, Width: 768, Heads: 12);

    private static Size Large => new(Depth: 24, Width: 1024, Heads: 16);

    private static Func<NetworkInput, int, Graph> Of(string name, int patch, Size size) =>
        (input, classes) => Build(name, patch, size, input, classes);

    private static Graph Build(string name, int patch, Size size, NetworkInput input, int classes)
    {
        RequireWholePatches(name, patch, input);
        var g = new GraphBuilder(name);
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        var lecun = Initialization.Normal(1 / Math.Sqrt(input.Channels * patch * patch));
        x = g.Conv2d("conv_proj", x, size.Width, kernel: patch, stride: patch, bias: true, initialization: lecun);
        x = g.Transpose("patches", g.Flatten("conv_proj.flat", x, 2, 3), 1, 2);
        var token = g.Parameter("class_token", [1, 1, size.Width], Initialization.Constant(0), follows: x);
        x = g.Concat("tokens", 1, token, x);
        x = g.AddParameter("encoder.pos_embedding", x, Initialization.Normal(0.02)); // Eq. 1
        for (var layer = 0; layer < size.Depth; layer++)
        {
            x = EncoderBlock(g, x, $"encoder.layers.encoder_layer_{layer}", size);
        }

        x = g.LayerNorm("encoder.ln", g.Select("class", x, 1, 0), Epsilon); // Eq. 4
        return g.Build(g.Linear("heads.head", x, classes, Initialization.Constant(0)));
    }

    // Eq. 2 and 3.
    private static Value EncoderBlock(GraphBuilder g, Value x, string name, Size size)
    {
        var y = g.MultiHeadAttention($"{name}.self_attention", g.LayerNorm($"{name}.ln_1", x, Epsilon), size.Heads);
        x = g.Add($"{name}.self_attention.add", y, x);
        var (hidden, nearlyZero) = (4 * size.Width, Initialization.Normal(1e-6));
        var xavier = Initialization.Uniform(Math.Sqrt(6.0 / (size.Width + hidden)));
        y = g.LayerNorm($"{name}.ln_2", x, Epsilon);
        y = g.Linear($"{name}.mlp.0", y, hidden, xavier, biasInitialization: nearlyZero);
        y = g.Activation($"{name}.mlp.1", y, ActivationKind.Gelu);
        y = g.Linear($"{name}.mlp.3", y, size.Width, xavier, biasInitialization: nearlyZero);
        return g.Add($"{name}.mlp.add", x, y);
    }

    private static void RequireWholePatches(string name, int patch, NetworkInput input)
    {
        if (input.Height % patch != 0 || input.Width % patch != 0)
        {
            throw new OcsInputException(
                $"{name} sees patches of {patch}x{patch} pixels, which do not fill an image of "
                + $"{input.Height}x{input.Width}; use a height and a width divisible by {patch}.");
        }
    }

    // The hidden layers of the MLPs are four times as wide as a token.
    private sealed record Size(int Depth, int Width, int Heads);
}

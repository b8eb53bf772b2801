using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>VGG with batch normalisation for small images. Simonyan and Zisserman 2015, arXiv 1409.1556, Tab. 1 (D and E).</summary>
public static class Vgg
{
    internal static ImmutableArray<Model> Models { get; } =
    [
        .. new[] { 16, 19 }.Select(depth => Model.Cifar(
            $"cifar_vgg{depth}",
            $"VGG-{depth} with batch norm for small images (Simonyan and Zisserman 2015)",
            (input, classes) => Cifar(depth, input, classes))),
    ];

    private static readonly int[][] Widths16 = [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512]];

    private static readonly int[][] Widths19 =
        [[64, 64], [128, 128], [256, 256, 256, 256], [512, 512, 512, 512], [512, 512, 512, 512]];

    /// <summary>
    /// Five blocks of 3x3 convolutions, one linear layer. Names are those of the authors' program; as there, images of 32 pixels
    /// are halved after the first three blocks only.
    /// </summary>
    public static Graph Cifar(int depth, NetworkInput input, int classes)
    {
        var widths = depth switch
        {
            16 => Widths16,
            19 => Widths19,
            _ => throw new ArgumentOutOfRangeException(nameof(depth), depth, "VGG has 16 or 19 layers here."),
        };
        var g = new GraphBuilder($"cifar_vgg{depth}");
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        for (var block = 0; block < widths.Length; block++)
        {
            x = Block(g, x, $"block{block}", widths[block]);
            if (block < 3)
            {
                x = g.MaxPool2d($"pool{block}", x, 2);
            }
        }

        x = g.AdaptiveAveragePool2d("pool4", x, 1);
        x = g.Flatten("flatten", x);
        return g.Build(g.Linear("classifier", x, classes, Initialization.Normal(0.01)));
    }

    private static Value Block(GraphBuilder g, Value x, string name, int[] widths)
    {
        for (var layer = 0; layer < widths.Length; layer++)
        {
            x = g.Conv2d($"{name}.{3 * layer}", x, widths[layer], kernel: 3, padding: 1, bias: true);
            x = g.BatchNorm2d($"{name}.{3 * layer + 1}", x);
            x = g.Relu(layer == widths.Length - 1 ? $"{name}.out" : $"{name}.{3 * layer + 2}", x);
        }

        return x;
    }
}

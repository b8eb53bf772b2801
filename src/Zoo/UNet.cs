using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>
/// U-Net: an encoder that halves the image four times, and a decoder with skip connections from each size. Ronneberger
/// et al. 2015, arXiv 1505.04597, Fig. 1, with padded convolutions and batch norms. Names are those of the widely used
/// PyTorch program of milesial.
/// </summary>
internal static class UNet
{
    private const int Depth = 4;
    private const int Multiple = 1 << Depth;

    internal static ImmutableArray<Model> Models { get; } =
    [
        Of("unet", "U-Net (Ronneberger et al. 2015), 64 to 1024 channels", 64),
        Of("unet_16", "U-Net, a quarter as wide, 16 to 256 channels", 16),
    ];

    private static Model Of(string name, string description, int width) =>
        new(name, description, new(3, 256, 256), 2, (input, classes) => Build(name, width, input, classes))
        {
            Task = ModelTask.Segmentation,
        };

    private static Graph Build(string name, int width, NetworkInput input, int classes)
    {
        if (input.Height % Multiple != 0 || input.Width % Multiple != 0)
        {
            throw new OcsInputException(
                $"{name} halves images {Depth} times, but {input.Height}x{input.Width} is not divisible by {Multiple}; "
                + $"use a height and a width divisible by {Multiple}.");
        }

        var g = new GraphBuilder(name);
        var x = Twice(g, "inc", g.Input("input", input.Channels, input.Height, input.Width), width);
        var sizes = new Stack<Value>();
        for (var level = 1; level <= Depth; level++)
        {
            sizes.Push(x);
            x = g.MaxPool2d($"down{level}.maxpool_conv.0", x, 2, stride: 2);
            x = Twice(g, $"down{level}.maxpool_conv.1", x, width << level);
        }

        for (var level = 1; level <= Depth; level++)
        {
            var half = width << (Depth - level);
            x = g.ConvTranspose2d($"up{level}.up", x, half, kernel: 2, stride: 2, bias: true);
            x = Twice(g, $"up{level}.conv", g.Concat($"up{level}.cat", 1, sizes.Pop(), x), half);
        }

        return g.Build(g.Conv2d("outc.conv", x, classes, kernel: 1, bias: true));
    }

    private static Value Twice(GraphBuilder g, string name, Value x, int width)
    {
        for (var layer = 0; layer < 2; layer++)
        {
            x = g.Conv2d($"{name}.double_conv.{3 * layer}", x, width, kernel: 3, padding: 1);
            x = g.BatchNorm2d($"{name}.double_conv.{(3 * layer) + 1}", x);
            x = g.Relu($"{name}.double_conv.{(3 * layer) + 2}", x);
        }

        return x;
    }
}

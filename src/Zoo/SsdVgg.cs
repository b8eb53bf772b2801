using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo;

/// <summary>
/// SSD on VGG-16, as in the paper (Liu et al. 2016, arXiv 1512.02325, Fig. 2) and with torchvision's names: the fully
/// connected layers become convolutions, and the first map is scaled to an L2 norm of 20 at each position (section
/// 3.1).
/// </summary>
internal static class SsdVgg
{
    private const double Length = 20;
    private const int FullyConnected = 1024;

    // Numbers of torchvision's layers: the third and the fourth pooling, and the last.
    private const int Pool3 = 16;
    private const int Pool4 = 23;
    private const int Pool5 = 30;

    /// <summary>Channels of the two convolutions of the extra blocks.</summary>
    private static readonly (int Inner, int Outer)[] Extras = [(256, 512), (128, 256), (128, 256), (128, 256)];

    /// <summary>Whether a network has such a backbone.</summary>
    public static bool Fits(Graph classifier) =>
        TrunkCopy.Find(classifier, $"features.{Pool5}")?.Operator is MaxPool2d
        && TrunkCopy.Find(classifier, $"features.{Pool4}")?.Operator is MaxPool2d
        && TrunkCopy.Find(classifier, $"features.{Pool3}")?.Operator is MaxPool2d;

    /// <summary>The detector on a classifier's backbone, with its widths.</summary>
    /// <returns>The network, and its names of the classifier's parameters.</returns>
    public static (Graph Graph, IReadOnlyDictionary<string, string> Parameters) Build(
        Graph classifier, NetworkInput input, int classes)
    {
        var g = new GraphBuilder($"ssd300_{classifier.Name}");
        var trunk = new TrunkCopy(g, classifier, Renamed, WithCeiling);
        trunk.Replace(
            classifier.Nodes.IndexOf(classifier.InputNodes.Single()),
            g.Input("input", input.Channels, input.Height, input.Width));
        var maps = ImmutableArray.CreateBuilder<Value>();
        maps.Add(Scaled(g, trunk.InputOf($"features.{Pool4}")));
        var x = Dilated(g, trunk.InputOf($"features.{Pool5}"));
        maps.Add(x);
        for (var block = 0; block < Extras.Length; block++)
        {
            x = Extra(g, x, $"backbone.extra.{block + 1}", Extras[block], halves: block < 2);
            maps.Add(x);
        }

        var graph = Ssd.WithHeads(
            g, maps.ToImmutable(), input, classes, DefaultBoxOrder.CellFirst, clampsCentres: false);
        return (graph, trunk.Parameters);
    }

    // Each position's channels divided by their L2 norm, times a trained factor per channel.
    private static Value Scaled(GraphBuilder g, Value x)
    {
        const string Name = "backbone.scale_weight";
        var rows = g.Normalize($"{Name}.unit", g.Permute($"{Name}.rows", x, 0, 2, 3, 1));
        var factor = new ParameterSpec(
            Name, [g.ShapeOf(x)[1]], ParameterRole.NormWeight, Initialization.Constant(Length));
        return g.Add(Name, new LayerScale2d(), [g.Permute($"{Name}.channels", rows, 0, 3, 1, 2)], [factor]);
    }

    // fc6 and fc7.
    private static Value Dilated(GraphBuilder g, Value x)
    {
        const string Name = "backbone.extra.0.7";
        const int Dilation = 6;
        x = g.MaxPool2d($"{Name}.0", x, 3, stride: 1, padding: 1);
        x = Conv(g, $"{Name}.1", x, FullyConnected, 3, padding: Dilation, dilation: Dilation);
        x = Conv(g, $"{Name}.3", g.Relu($"{Name}.2", x), FullyConnected, 1);
        return g.Relu($"{Name}.4", x);
    }

    private static Value Extra(GraphBuilder g, Value x, string name, (int Inner, int Outer) width, bool halves)
    {
        x = g.Relu($"{name}.1", Conv(g, $"{name}.0", x, width.Inner, 1));
        var (stride, padding) = halves ? (2, 1) : Ssd.Shrinking(g, x);
        return g.Relu($"{name}.3", Conv(g, $"{name}.2", x, width.Outer, 3, stride, padding));
    }

    private static Value Conv(
        GraphBuilder g, string name, Value x, int channels, int kernel, int stride = 1, int padding = 0,
        int dilation = 1) =>
        g.Conv2d(
            name, x, channels, kernel, stride, padding, bias: true, dilation: dilation,
            initialization: Ssd.Xavier(g.ShapeOf(x)[1], channels, kernel));

    // features.K.PART: the layers from the fourth pooling on are a separate block.
    private static string Renamed(string name)
    {
        var parts = name.Split('.', 3);
        var isLayer = parts.Length > 1 && parts[0] == "features" && int.TryParse(parts[1], out _);
        if (!isLayer || int.Parse(parts[1]) < Pool4)
        {
            return $"backbone.{name}";
        }

        return string.Join('.', ["backbone.extra.0", $"{int.Parse(parts[1]) - Pool4}", .. parts[2..]]);
    }

    private static Operator WithCeiling(Node node) =>
        node.Name == $"features.{Pool3}" && node.Operator is MaxPool2d pool
            ? pool with { CeilMode = true }
            : node.Operator;
}

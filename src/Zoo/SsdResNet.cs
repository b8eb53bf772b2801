using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo;

/// <summary>
/// SSD on a residual network, in the form of NVIDIA's DeepLearningExamples (PyTorch/Detection/SSD): the first three
/// stages, the third without its stride, and five extra blocks with batch normalization.
/// </summary>
internal static class SsdResNet
{
    private const string Reader = "layer4.0.conv1";
    private const string LastStage = "layer3.0.";

    /// <summary>Channels of the 1x1 convolutions of the extra blocks.</summary>
    private static readonly int[] Inner = [256, 256, 128, 128, 128];

    /// <summary>Output channels of the extra blocks; the last one has half with resnet18.</summary>
    private static readonly int[] Outer = [512, 512, 256, 256, 256];

    /// <summary>Whether a network has such a backbone.</summary>
    public static bool Fits(Graph classifier) =>
        TrunkCopy.Find(classifier, Reader) is not null && TrunkCopy.Find(classifier, "conv1") is not null
        && TrunkCopy.Find(classifier, $"{LastStage}conv1") is not null;

    /// <summary>The detector on a classifier's backbone, with its widths.</summary>
    /// <returns>The network, and its names of the classifier's parameters.</returns>
    public static (Graph Graph, IReadOnlyDictionary<string, string> Parameters) Build(
        Graph classifier, NetworkInput input, int classes)
    {
        var g = new GraphBuilder($"ssd300_{classifier.Name}");
        var trunk = new TrunkCopy(g, classifier, name => $"backbone.{name}", WithoutStride);
        trunk.Replace(
            classifier.Nodes.IndexOf(classifier.InputNodes.Single()),
            g.Input("input", input.Channels, input.Height, input.Width));
        var x = trunk.InputOf(Reader);
        var maps = ImmutableArray.CreateBuilder<Value>();
        maps.Add(x);
        var isSmall = TrunkCopy.Find(classifier, "layer3.2.conv1") is null;
        for (var block = 0; block < Outer.Length; block++)
        {
            var width = isSmall && block == Outer.Length - 1 ? Outer[block] / 2 : Outer[block];
            x = Extra(g, x, $"backbone.extra.{block}", Inner[block], width, halves: block < 3);
            maps.Add(x);
        }

        var graph = Ssd.WithHeads(
            g, maps.ToImmutable(), input, classes, DefaultBoxOrder.SizeFirst, clampsCentres: true);
        return (graph, trunk.Parameters);
    }

    private static Value Extra(GraphBuilder g, Value x, string name, int inner, int outer, bool halves)
    {
        const int Kernel = 3;
        x = g.Conv2d($"{name}.0", x, inner, kernel: 1, initialization: Ssd.Xavier(g.ShapeOf(x)[1], inner, 1));
        x = g.Relu($"{name}.2", g.BatchNorm2d($"{name}.1", x));
        var (stride, padding) = halves ? (2, 1) : Ssd.Shrinking(g, x);
        x = g.Conv2d(
            $"{name}.3", x, outer, Kernel, stride, padding, initialization: Ssd.Xavier(inner, outer, Kernel));
        return g.Relu($"{name}.5", g.BatchNorm2d($"{name}.4", x));
    }

    private static Operator WithoutStride(Node node) =>
        node.Name.StartsWith(LastStage, StringComparison.Ordinal) && node.Operator is Conv2d conv
            ? conv with { Stride = 1 }
            : node.Operator;
}

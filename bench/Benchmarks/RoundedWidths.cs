using System.Diagnostics;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.OnnxRuntime;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.Zoo;

namespace Ocs.Benchmarks;

/// <summary>
/// The speed of networks cut to half of their MACs under ONNX Runtime, by the multiple of their widths. Weights are
/// random.
/// </summary>
internal static class RoundedWidths
{
    private const double Target = 0.5;
    private static readonly int?[] Multiples = [null, 1, 4, 8, 16, 32];

    private static readonly (string Name, Func<Graph> Build)[] Networks =
    [
        ("separable", Separable),
        .. new[] { "mobilenet_v2", "cifar_resnet20", "cifar_resnet56", "resnet18" }
            .Select(name => (name, (Func<Graph>)(() => Models.Build(name)))),
    ];

    public static IEnumerable<Figure> Measure(Settings settings)
    {
        foreach (var (name, build) in Networks)
        {
            var graph = build();
            using var parameters = ParameterTable.Initialize(graph, seed: 0);
            foreach (var ranking in new[] { Ranking.Global, Ranking.Isomorphic })
            {
                var cuts = new List<(string Multiple, Graph Graph)>();
                foreach (var multiple in Multiples)
                {
                    var label = multiple is { } number ? $"{number}" : "auto";
                    try
                    {
                        cuts.Add((label, Cut(graph, parameters, ranking, multiple)));
                    }
                    catch (OcsInputException)
                    {
                        // Too few multiples to reach the target.
                    }
                }

                var seconds = Seconds([graph, .. cuts.Select(cut => cut.Graph)], settings);
                for (var i = 0; i < cuts.Count; i++)
                {
                    var (whole, cut) = (seconds[0].Median(), seconds[i + 1].Median());
                    yield return new(
                        $"{name}, {ranking.ToString().ToLowerInvariant()}, round-to {cuts[i].Multiple}: "
                            + $"{1 - (double)cuts[i].Graph.Macs / graph.Macs:P1} of the MACs gone",
                        $"{1000 * cut:F3} ms",
                        $"{1000 * whole:F3} ms (whole)",
                        $"{whole / cut:F2}",
                        $"{(double)graph.Macs / cuts[i].Graph.Macs:F2} (as the MACs)");
                }
            }
        }
    }

    /// <summary>
    /// A network of depthwise and 1x1 convolutions for images of 64x64, as small as those on phones and cameras.
    /// </summary>
    public static Graph Separable()
    {
        var g = new GraphBuilder("separable");
        var x = ConvNorm(g, "stem", g.Input("image", 3, 64, 64), 32, kernel: 3, stride: 2);
        var width = 32;
        foreach (var (index, (channels, stride)) in new[] { (64, 1), (128, 2), (128, 2), (256, 1), (256, 2) }.Index())
        {
            x = ConvNorm(g, $"blocks.{index}.depthwise", x, width, kernel: 3, stride, groups: width);
            x = ConvNorm(g, $"blocks.{index}.pointwise", x, channels, kernel: 1);
            width = channels;
        }

        return g.Build(g.Linear("classifier", g.Flatten("flatten", g.AdaptiveAveragePool2d("pool", x, 1)), 5));
    }

    private static Value ConvNorm(
        GraphBuilder g, string name, Value x, int channels, int kernel, int stride = 1, int groups = 1)
    {
        x = g.Conv2d($"{name}.0", x, channels, kernel, stride, padding: kernel / 2, groups: groups, bias: false);
        return g.Activation($"{name}.2", g.BatchNorm2d($"{name}.1", x), ActivationKind.Relu);
    }

    private static Graph Cut(Graph graph, ParameterTable parameters, Ranking ranking, int? multiple)
    {
        var search = new SubnetworkSearch(
            graph, OneCycleOptions.Paper with { Target = Target, Ranking = ranking, RoundTo = multiple });
        return CutPlan.Create(search.Coupling, search.Find(parameters).Subnetwork).After;
    }

    // Alternates, so that other load on the machine affects all; each timed run follows an untimed one.
    private static List<List<double>> Seconds(IReadOnlyList<Graph> graphs, Settings settings)
    {
        var sessions = new List<InferenceSession>();
        try
        {
            foreach (var graph in graphs)
            {
                sessions.Add(Open(graph));
            }

            long[] shape = [1, .. graphs[0].InputNodes.First().Shape.AsSpan()[1..]];
            var image = TensorData.Of(
                Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(i => (i % 17 - 8) / 4f).ToArray(),
                shape);
            var seconds = sessions.Select(_ => new List<double>()).ToList();
            for (var round = -settings.WarmUps; round < settings.Calls; round++)
            {
                for (var i = 0; i < sessions.Count; i++)
                {
                    sessions[i].Run(image);
                    var start = Stopwatch.GetTimestamp();
                    sessions[i].Run(image);
                    if (round >= 0)
                    {
                        seconds[i].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
                    }
                }
            }

            return seconds;
        }
        finally
        {
            sessions.ForEach(session => session.Dispose());
        }
    }

    private static InferenceSession Open(Graph graph)
    {
        var folder = Directory.CreateTempSubdirectory("ocs-rounding-");
        try
        {
            using var parameters = ParameterTable.Initialize(graph, seed: 0);
            var path = Path.Combine(folder.FullName, "network.onnx");
            OnnxFile.Write(path, graph, parameters);
            return InferenceSession.Open(path, 1);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

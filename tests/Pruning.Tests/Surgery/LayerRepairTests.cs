using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning.Tests.Surgery;

/// <summary>The repair of layers beside means and deviations that are counted here, in double precision.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class LayerRepairTests
{
    private const int Samples = 64;

    [Fact]
    public void A_convolution_gets_the_means_and_deviations_that_it_had()
    {
        var g = new GraphBuilder("chain");
        var x = g.Relu("relu", g.Conv2d("first", g.Input("input", 3, 6, 6), 8, 3, padding: 1, bias: true));
        x = g.Conv2d("second", x, 5, 3, padding: 1, bias: true);
        x = g.Flatten("flatten", g.AdaptiveAveragePool2d("pool", x, 1));
        var graph = g.Build(g.Linear("fc", x, 2));
        Compare(graph, "second", ("first", [1, 4, 6]), channelDimension: 1);
    }

    [Fact]
    public void A_linear_layer_gets_the_means_and_deviations_that_it_had()
    {
        var g = new GraphBuilder("mlp");
        var x = g.Relu("relu", g.Linear("first", g.Input("input", 6), 10));
        var graph = g.Build(g.Linear("second", x, 3));
        Compare(graph, "second", ("first", [0, 3, 8]), channelDimension: 1);
    }

    [Fact]
    public void A_layer_norm_over_fewer_channels_gets_the_means_and_deviations_that_it_had()
    {
        var g = new GraphBuilder("tokens");
        var x = g.LayerNorm("norm", g.Linear("first", g.Input("input", 6), 10));
        var graph = g.Build(g.Linear("second", x, 3));
        Compare(graph, "norm", ("first", [2, 3, 9]), channelDimension: 1);
    }

    [Fact]
    public void Where_what_leaves_is_0_nothing_is_changed()
    {
        var g = new GraphBuilder("mlp");
        var x = g.Relu("relu", g.Linear("first", g.Input("input", 6), 10));
        var graph = g.Build(g.Linear("second", x, 3));
        using var run = new Run(graph, ("first", [0, 3, 8]), isZero: true);
        using var repaired = run.Repaired();
        foreach (var name in run.Cut.Names)
        {
            Assert.Equal(
                run.Cut[name].ToArray<float>(), repaired[name].ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-5);
        }
    }

    [Fact]
    public void A_convolution_without_bias_before_a_batch_norm_is_left_alone()
    {
        var g = new GraphBuilder("norms");
        var x = g.Relu("relu", g.BatchNorm2d("bn1", g.Conv2d("first", g.Input("input", 3, 6, 6), 8, 3)));
        x = g.BatchNorm2d("bn2", g.Conv2d("second", x, 5, 3));
        x = g.Flatten("flatten", g.AdaptiveAveragePool2d("pool", x, 1));
        var graph = g.Build(g.Linear("fc", x, 2));
        using var run = new Run(graph, ("first", [1, 4, 6]));
        Assert.Equal(0, run.Repair().Count);
    }

    private static void Compare(Graph graph, string layer, (string Group, int[] Channels) pruned, int channelDimension)
    {
        using var run = new Run(graph, pruned);
        using var repaired = run.Repaired();
        var index = graph.Nodes.IndexOf(graph.Nodes.Single(node => node.Name == layer));
        var kept = run.Kept(index, channelDimension);
        var before = Moments(run.Plan.Before, run.Whole, index, run.Batch, channelDimension);
        var broken = Moments(run.Plan.After, run.Cut, index, run.Batch, channelDimension);
        var after = Moments(run.Plan.After, repaired, index, run.Batch, channelDimension);
        Assert.Equal(kept.Length, after.Length);
        Assert.True(kept.Select((channel, i) => Math.Abs(before[channel].Mean - broken[i].Mean)).Max() > 1e-3);
        for (var i = 0; i < kept.Length; i++)
        {
            Assert.Equal(before[kept[i]].Mean, after[i].Mean, 1e-4);
            Assert.Equal(before[kept[i]].Deviation, after[i].Deviation, 1e-4);
        }
    }

    private static (double Mean, double Deviation)[] Moments(
        Graph graph, ParameterTable parameters, int node, Tensor batch, int channelDimension)
    {
        using var _ = Autograd.NoGrad();
        using var value = new Executor(graph with { Outputs = [node] }, parameters).Forward(batch, training: false);
        var (values, channels) = (value.ToArray<float>(), (int)value.Shape[channelDimension]);
        var inner = (int)(value.ElementCount / Samples / channels);
        return
        [
            .. Enumerable.Range(0, channels).Select(channel =>
            {
                double[] of =
                [
                    .. values.Where((_, position) => position / inner % channels == channel)
                        .Select(single => (double)single),
                ];
                var mean = of.Average();
                return (mean, Math.Sqrt(of.Average(x => (x - mean) * (x - mean))));
            }),
        ];
    }

    /// <summary>A network, what leaves of it, and a batch.</summary>
    private sealed class Run : IDisposable
    {
        private readonly CouplingGraph _coupling;
        private readonly Subnetwork _subnetwork;

        public Run(Graph graph, (string Group, int[] Channels) pruned, bool isZero = false)
        {
            _coupling = CouplingGraph.Build(graph);
            _subnetwork = _coupling.Without(pruned);
            Plan = CutPlan.Create(_coupling, _subnetwork);
            using var drawn = ParameterTable.Initialize(graph, seed: 4);
            Whole = isZero ? Plan.Zeroed(drawn) : drawn.Clone(graph);
            Cut = Plan.Apply(Whole);
            Batch = Values([Samples, .. graph.Nodes[0].Shape[1..]]);
        }

        public CutPlan Plan { get; }

        public ParameterTable Whole { get; }

        public ParameterTable Cut { get; }

        public Tensor Batch { get; }

        public int[] Kept(int node, int dimension) => _coupling.KeptOf(node, Axis.Output(dimension), _subnetwork)
            ?? [.. Enumerable.Range(0, (int)Plan.Before.Nodes[node].Shape[dimension])];

        public LayerRepair Repair() => LayerRepair.Measure(_coupling, _subnetwork, Plan, Whole, [[Batch]]);

        public ParameterTable Repaired()
        {
            var repaired = Cut.Clone(Plan.After);
            Repair().Apply(repaired);
            return repaired;
        }

        public void Dispose()
        {
            Whole.Dispose();
            Cut.Dispose();
            Batch.Dispose();
        }

        private static Tensor Values(long[] shape)
        {
            var dice = new Rng(6);
            var count = shape.Aggregate(1L, (product, size) => product * size);
            return Tensor.FromArray<float>(
                [.. Enumerable.Range(0, (int)count).Select(_ => dice.Next(1000) / 500f)], shape);
        }
    }
}

using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning.Tests.Surgery;

[NoTensorLeaks]
[OneThread]
public sealed class PruneProofGateTests
{
    [Fact]
    public void Every_right_cut_passes() => Properties.HoldForRandomGraphs(40, random =>
    {
        var graph = random.Build();
        using var parameters = random.Parameters(graph);
        using var batch = random.Batch(graph);
        using var cut = new Cut(graph, parameters, random.Seed);
        var result = cut.Check(batch, (graph, table) => (graph, table.Clone(graph)));
        Assert.True(result.Passed, result.Problem);
        Assert.Null(result.Problem);
        Assert.InRange(result.LargestDifference, 0, PruneProofGate.Tolerance);
    });

    [Fact]
    public void A_layer_that_is_not_cut_may_lie_in_memory_in_another_way_than_after_loading()
    {
        var g = new GraphBuilder("wide");
        var x = g.Conv2d("whole", g.Input("image", 16, 8, 8), 16, 3, padding: 1);
        x = g.Conv2d("cut", g.Relu("relu", x), 24, 3, padding: 1);
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", g.AdaptiveAveragePool2d("pool", x, 1)), 3));
        var coupling = CouplingGraph.Build(graph);
        var parameters = ParameterTable.Initialize(graph, seed: 4);
        _ = new Executor(graph, parameters, MemoryFormat.ChannelsLast);
        using var cut = new Cut(coupling, coupling.Without(("cut", [0, 3])), parameters);
        using var batch = Tensor.Empty([32, 16, 8, 8]);
        Aten.NormalInPlace(batch, 0, 1);

        Assert.Null(cut.Check(batch, (after, table) => (after, Loaded(after, table))).Problem);
    }

    [Theory]
    [InlineData("conv1.weight", "conv1")]
    [InlineData("bn1.running_mean", "bn1")]
    [InlineData("conv2.bias", "conv2")]
    [InlineData("fc.weight", "fc")]
    public void A_value_that_is_wrong_after_the_cut_is_found_and_its_operator_named(string parameter, string node)
    {
        foreach (var wrong in new[] { 3f, float.NaN })
        {
            using var cut = SmallCut();
            using var values = cut.After[parameter].Detach();
            var tampered = values.ToArray<float>();
            tampered[0] = wrong;
            cut.After.Set(parameter, tampered);
            using var batch = Images();
            var result = cut.Check(batch);
            Assert.False(result.Passed);
            Assert.False(result.OutputsEqual);
            Assert.True(result.Shapes && result.Reload && result.Macs);
            Assert.False(result.LargestDifference <= PruneProofGate.Tolerance);
            Assert.StartsWith(
                $"The cut network differs from the full one first at node '{node}' (",
                result.Problem,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_output_is_compared_on_a_batch_of_every_input()
    {
        var g = new GraphBuilder("two");
        var left = g.Relu("relu", g.Linear("left", g.Input("a", 3), 6));
        var right = g.Linear("right", g.Input("b", 2), 6);
        var graph = g.Build(g.Linear("first", g.Add("sum", left, right), 2), g.Linear("second", left, 2));
        var coupling = CouplingGraph.Build(graph);
        using var cut = new Cut(
            coupling, coupling.Without(("left", [0, 3])), ParameterTable.Initialize(graph, seed: 4));
        using var a = Tensor.Ones([2, 3]);
        using var b = Tensor.Ones([2, 2]);
        var found = cut.Check([a, b]);
        Assert.True(found.Passed, found.Problem);

        using var bias = cut.After["second.bias"].Detach();
        cut.After.Set("second.bias", [.. bias.ToArray<float>().Select(number => number + 1)]);

        Assert.StartsWith(
            "The cut network differs from the full one first at node 'second' (", cut.Check([a, b]).Problem,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Channels_that_are_swapped_are_found()
    {
        using var cut = SmallCut();
        using var weight = cut.After["conv1.weight"].Detach();
        var rows = weight.ToArray<float>();
        var size = rows.Length / (int)weight.Shape[0];
        cut.After.Set("conv1.weight", [.. rows[size..(2 * size)], .. rows[..size], .. rows[(2 * size)..]]);
        using var batch = Images();
        Assert.Contains("'conv1'", cut.Check(batch).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_macs_than_promised_are_a_problem_of_their_own()
    {
        using var cut = SmallCut();
        using var batch = Images();
        var result = cut.Check(batch, promisedMacs: cut.Plan.After.Macs + 1);
        Assert.True(result.OutputsEqual && result.Backward && result.Shapes && result.Reload);
        Assert.False(result.Macs);
        Assert.False(result.Passed);
        Assert.Equal(
            $"The cut network has {cut.Plan.After.Macs:N0} MACs, but the search promised {cut.Plan.After.Macs + 1:N0}.",
            result.Problem);
    }

    [Fact]
    public void A_file_that_changes_a_value_fails_the_reload()
    {
        using var cut = SmallCut();
        using var batch = Images();
        var result = cut.Check(batch, (graph, table) =>
        {
            var copy = table.Clone(graph);
            copy.Set("fc.bias", 1e-3f, 0, 0);
            return (graph, copy);
        });
        Assert.True(result.OutputsEqual && result.Backward && result.Macs);
        Assert.False(result.Reload);
        Assert.StartsWith(
            "Saved and loaded again, the cut network's outputs differ by ", result.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_another_shape_are_a_problem_that_names_them()
    {
        using var cut = SmallCut();
        cut.After.Replace("conv2.weight", Tensor.Ones([1, 1, 3, 3]));
        using var batch = Images();
        var result = cut.Check(batch);
        Assert.False(result.Shapes);
        Assert.False(result.Passed);
        Assert.Equal(
            "Parameter 'conv2.weight' of the cut network has shape [1, 1, 3, 3], but the cut graph says [4, 3, 3, 3].",
            result.Problem);
    }

    [Fact]
    public void The_gate_leaves_weights_statistics_and_gradients_alone()
    {
        using var cut = SmallCut();
        var before = cut.After.Names.ToDictionary(name => name, name => Values(cut.After[name]));
        using var batch = Images();
        Assert.True(cut.Check(batch).Passed);
        Assert.All(cut.After.Names, name => Assert.Equal(before[name], Values(cut.After[name])));
        using var gradient = cut.After["fc.weight"].GetGradient();
        Assert.Null(gradient);
    }

    // As from a file: row-major.
    private static ParameterTable Loaded(Graph graph, ParameterTable table) => ParameterTable.FromTensors(
        graph,
        table.Names.ToDictionary(
            name => name,
            name => Tensor.FromArray<float>(table[name].ToArray<float>(), table[name].Shape),
            StringComparer.Ordinal));

    private static double[] Values(Tensor tensor)
    {
        using var detached = tensor.Detach();
        using var doubles = detached.To(DType.Float64);
        return doubles.ToArray<double>();
    }

    private static Tensor Images() => Tensor.FromArray<float>(new Dice(6).Floats(2 * 2 * 16, -1, 1), [2, 2, 4, 4]);

    private static Cut SmallCut()
    {
        var g = new GraphBuilder("small");
        var x = g.Input("input", 2, 4, 4);
        x = g.Activation(
            "act1", g.BatchNorm2d("bn1", g.Conv2d("conv1", x, 5, 3, padding: 1)), Graphs.Operators.ActivationKind.Silu);
        x = g.Activation(
            "act2", g.Conv2d("conv2", x, 6, 3, padding: 1, bias: true), Graphs.Operators.ActivationKind.Sigmoid);
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", x), 3));
        var coupling = CouplingGraph.Build(graph);
        return new(
            coupling,
            coupling.Without(("conv1", [1, 4]), ("conv2", [0, 3])),
            ParameterTable.Initialize(graph, seed: 4));
    }

    /// <summary>A network, its sub-network and the cut weights.</summary>
    private sealed class Cut : IDisposable
    {
        private readonly CouplingGraph _coupling;
        private readonly Subnetwork _subnetwork;
        private readonly ParameterTable _before;
        private readonly bool _ownsBefore;

        public Cut(CouplingGraph coupling, Subnetwork subnetwork, ParameterTable before, bool ownsBefore = true)
        {
            (_coupling, _subnetwork, _before, _ownsBefore) = (coupling, subnetwork, before, ownsBefore);
            Plan = CutPlan.Create(coupling, subnetwork);
            After = Plan.Apply(before);
        }

        public Cut(Graph graph, ParameterTable before, int seed)
            : this(CouplingGraph.Build(graph), CouplingGraph.Build(graph).RandomSubnetwork(seed),
                before, ownsBefore: false)
        {
        }

        public CutPlan Plan { get; }

        public ParameterTable After { get; }

        public GateResult Check(Tensor batch, PruneProofGate.SaveAndReload? reload = null, long? promisedMacs = null) =>
            Check([batch], reload, promisedMacs);

        public GateResult Check(
            Tensor[] batch, PruneProofGate.SaveAndReload? reload = null, long? promisedMacs = null) =>
            PruneProofGate.Check(
            _coupling, _subnetwork, Plan, _before, After, batch, promisedMacs
                ?? ResourceConstraint.Macs(_coupling).Count(_subnetwork), reload);

        public void Dispose()
        {
            After.Dispose();
            if (_ownsBefore)
            {
                _before.Dispose();
            }
        }
    }
}

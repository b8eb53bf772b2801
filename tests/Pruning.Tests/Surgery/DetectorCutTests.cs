using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Pruning.Tests.Surgery;

/// <summary>Cuts of detectors: trunks, heads on several maps, and a map that is normalised to a length.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class DetectorCutTests
{
    private const int Cases = 40;

    public static TheoryData<string> Detectors => ["ssd300_resnet18", "ssd300_vgg16"];

    [Fact]
    public void Every_right_cut_passes_the_gate_and_its_macs_are_as_counted()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new RandomDetector(seed);
            var graph = random.Build();
            using var parameters = random.Parameters(graph);
            using var batch = random.Batch();
            RightCut.AssertPasses(graph, parameters, batch, seed, fewestPrunable: 3);
        }
    }

    [Fact]
    public void The_cut_network_computes_what_the_zeroed_one_does()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new RandomDetector(seed);
            var graph = random.Build();
            using var parameters = random.Parameters(graph);
            using var batch = random.Batch(3);
            AssertCutIsZeroed(graph, parameters, batch, seed);
        }
    }

    [Theory]
    [MemberData(nameof(Detectors))]
    public void A_detector_of_the_zoo_is_cut_as_if_its_channels_were_zeroed(string name)
    {
        var graph = Narrow(Models.Build(name, new(3, 64, 64), 3));
        using var parameters = ParameterTable.Initialize(graph, seed: 2);
        using var batch = Tensor.FromArray<float>(new Dice(5).Floats(2 * 3 * 64 * 64, -1, 1), [2, 3, 64, 64]);
        AssertCutIsZeroed(graph, parameters, batch, seed: 3);
    }

    [Fact]
    public void Boxes_and_classes_of_heads_stay_and_the_default_boxes_too()
    {
        var graph = new RandomDetector(1).Build();
        var coupling = CouplingGraph.Build(graph);
        var after = CutPlan.Create(coupling, coupling.RandomSubnetwork(4)).After;
        Assert.Equal(graph.Parameter("scores.1.weight").Shape[0], after.Parameter("scores.1.weight").Shape[0]);
        Assert.Equal(
            graph.Nodes[graph.Outputs[0]].Operator, after.Nodes[after.Outputs[0]].Operator);
        Assert.IsType<DefaultBoxes>(after.Nodes[after.Outputs[0]].Operator);
    }

    [Fact]
    public void Patterns_leave_the_heads_whole()
    {
        var graph = Models.Build("ssd300_resnet18", new(3, 64, 64), 3);
        var search = new SubnetworkSearch(
            graph, OneCycleOptions.Paper with { MaximumPruned = 0.5, Ignore = ["head.*"] });
        var after = CutPlan.Create(search.Coupling, search.Narrowest).After;
        Assert.All(
            graph.Parameters.Where(spec => spec.Name.StartsWith("head.", StringComparison.Ordinal)),
            spec => Assert.Equal(spec.Shape.ToArray(), after.Parameter(spec.Name).Shape.ToArray()));
        Assert.Equal(32, after.Parameter("backbone.layer1.0.conv1.weight").Shape[0]);
        Assert.Equal(256, after.Parameter("backbone.layer3.1.conv2.weight").Shape[0]);
        Assert.Equal(128, after.Parameter("backbone.extra.0.0.weight").Shape[0]);
    }

    // An eighth of every width: the same nodes and groups over fewer numbers.
    private static Graph Narrow(Graph graph)
    {
        var search = new SubnetworkSearch(graph, OneCycleOptions.Paper with { MaximumPruned = 0.875 });
        return CutPlan.Create(search.Coupling, search.Narrowest).After;
    }

    private static void AssertCutIsZeroed(Graph graph, ParameterTable parameters, Tensor batch, int seed)
    {
        using var _ = Autograd.NoGrad();
        var coupling = CouplingGraph.Build(graph);
        var plan = CutPlan.Create(coupling, coupling.RandomSubnetwork(seed));
        using var zeroed = plan.Zeroed(parameters);
        using var cut = plan.Apply(parameters);
        var expected = new Executor(graph, zeroed).ForwardAll([batch], training: false);
        var actual = new Executor(plan.After, cut).ForwardAll([batch], training: false);
        Assert.Equal(2, expected.Count);
        foreach (var (one, other) in expected.Zip(actual))
        {
            using (one)
            using (other)
            {
                using var first = one.Contiguous();
                using var second = other.Contiguous();
                Tensors.AssertClose(first, second);
            }
        }
    }
}

using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning.Tests.Surgery;

[NoTensorLeaks]
[OneThread]
public sealed class CutPlanTests
{
    [Fact]
    public void Cutting_channels_whose_slices_are_zero_leaves_the_outputs_equal() =>
        Properties.HoldForRandomGraphs(100, random =>
    {
        var graph = random.Build();
        var coupling = CouplingGraph.Build(graph);
        var plan = CutPlan.Create(coupling, coupling.RandomSubnetwork(random.Seed));
        using var parameters = random.Parameters(graph);
        using var batch = random.Batch(graph);
        using var zeroed = plan.Zeroed(parameters);
        using var cut = plan.Apply(parameters);
        using var expected = Networks.Evaluate(graph, zeroed, batch);
        using var actual = Networks.Evaluate(plan.After, cut, batch);
        Tensors.AssertClose(expected, actual);
    });

    [Fact]
    public void Zeroing_touches_exactly_what_the_cut_leaves_out() => Properties.HoldForRandomGraphs(60, random =>
    {
        var graph = random.Build();
        var coupling = CouplingGraph.Build(graph);
        var plan = CutPlan.Create(coupling, coupling.RandomSubnetwork(random.Seed));
        using var parameters = random.Parameters(graph);
        using var zeroed = plan.Zeroed(parameters);
        using var cut = plan.Apply(parameters);
        foreach (var spec in graph.Parameters.Where(spec => spec.Role != ParameterRole.Counter))
        {
            // No drawn value is 0, so what is left of the full tensor is the cut one, in the same order.
            var before = parameters[spec.Name].ToArray<float>();
            var stayed = zeroed[spec.Name].ToArray<float>();
            Assert.All(before.Zip(stayed), pair => Assert.True(pair.Second == 0 || pair.Second == pair.First));
            Assert.Equal(stayed.Where(value => value != 0), cut[spec.Name].ToArray<float>());
        }
    });

    [Fact]
    public void Keeping_everything_changes_nothing()
    {
        var graph = Networks.Flattened();
        var coupling = CouplingGraph.Build(graph);
        var plan = CutPlan.Create(coupling, Subnetwork.Full(coupling.Groups));
        Assert.Equal(graph.ToString(), plan.After.ToString());
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        using var cut = plan.Apply(parameters);
        Assert.All(
            graph.Parameters.Where(spec => spec.Role != ParameterRole.Counter),
            spec => Assert.Equal(parameters[spec.Name].ToArray<float>(), cut[spec.Name].ToArray<float>()));
        Assert.NotSame(parameters["fc.weight"], cut["fc.weight"]);
    }

    [Fact]
    public void Weights_lose_rows_columns_and_flattened_positions()
    {
        var graph = Networks.Flattened();
        var coupling = CouplingGraph.Build(graph);
        var plan = CutPlan.Create(coupling, coupling.Without(("conv", [1])));
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        parameters.Set("conv.weight", 1, 2, 3, 4, 5, 6);
        parameters.Set("bn.running_var", 7, 8, 9);
        parameters.Set("fc.weight", [.. Enumerable.Range(0, 24).Select(i => (float)i)]);
        using var cut = plan.Apply(parameters);
        Assert.Equal([2, 2, 1, 1], cut["conv.weight"].Shape.ToArray());
        Assert.Equal([1f, 2, 5, 6], cut["conv.weight"].ToArray<float>());
        Assert.Equal([7f, 9f], cut["bn.running_var"].ToArray<float>());
        Assert.Equal([0f, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23], cut["fc.weight"].ToArray<float>());
        Assert.Equal([2], cut["fc.bias"].Shape.ToArray());
        Assert.Equal([3, 2, 1, 1], parameters["conv.weight"].Shape.ToArray());
        Assert.True(cut["conv.weight"].RequiresGrad);
        Assert.False(cut["bn.running_var"].RequiresGrad);
    }

    [Fact]
    public void Momentum_is_cut_like_its_weight()
    {
        var graph = Networks.Flattened();
        var coupling = CouplingGraph.Build(graph);
        var plan = CutPlan.Create(coupling, coupling.Without(("conv", [0, 2])));
        using var momentum = Tensor.FromArray<float>([10, 20, 30, 40, 50, 60], [3, 2, 1, 1]);
        using var cut = plan.Apply("conv.weight", momentum);
        Assert.Equal([1, 2, 1, 1], cut.Shape.ToArray());
        Assert.Equal([30f, 40f], cut.ToArray<float>());
        Assert.False(cut.RequiresGrad);
        Assert.Equal([10f, 20, 30, 40, 50, 60], momentum.ToArray<float>());
        // What is not cut is copied, never shared.
        using var bias = Tensor.FromArray<float>([1, 2], [2]);
        using var same = plan.Apply("fc.bias", bias);
        Aten.FillInPlace(bias, 9);
        Assert.Equal([1f, 2f], same.ToArray<float>());
    }

    [Fact]
    public void The_groups_of_a_depthwise_convolution_and_the_range_of_a_slice_follow()
    {
        var g = new GraphBuilder("follow");
        var x = g.Conv2d("stem", g.Input("input", 1, 3, 3), 6, 1);
        x = g.Conv2d("depthwise", x, 6, 3, padding: 1, groups: 6);
        var low = g.Conv2d("low", g.Slice("first", x, 1, 0, 2), 2, 1);
        var high = g.Conv2d("high", g.Slice("rest", x, 1, 2, 4), 2, 1);
        var graph = g.Build(g.Add("add", low, high));
        var coupling = CouplingGraph.Build(graph);
        var (early, late) = (coupling.Groups.Single(group => group.IsPrunable && group.Channels == 2),
            coupling.Groups.Single(group => group.Channels == 4));
        var plan = CutPlan.Create(
            coupling,
            Subnetwork.FromPruned(coupling.Groups, coupling.Groups.Select(group =>
                (IReadOnlyCollection<int>)(group == early ? [0] : group == late ? [1, 3] : []))));
        Operator After(string name) => plan.After.Nodes.Single(node => node.Name == name).Operator;
        Assert.Equal(3, Assert.IsType<Conv2d>(After("depthwise")).Groups);
        Assert.Equal(new Slice(1, 0, 1), After("first"));
        Assert.Equal(new Slice(1, 1, 2), After("rest"));
        Assert.Equal([3L, 1, 3, 3], plan.After.Parameter("depthwise.weight").Shape.ToArray());
    }
}

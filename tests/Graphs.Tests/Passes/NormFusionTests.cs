using Ocs.Graphs.Operators;
using Ocs.Graphs.Passes;
using Ocs.Torch;

namespace Ocs.Graphs.Tests.Passes;

/// <summary>
/// Which nodes become one; that results stay is tested with random networks in <see cref="ExecutorTests"/>.
/// </summary>
public sealed class NormFusionTests
{
    [Fact]
    public void A_norm_and_the_relu_behind_it_become_one()
    {
        var g = new GraphBuilder("plain");
        var graph = g.Build(g.Relu("relu", g.BatchNorm2d("bn", g.Conv2d("conv", g.Input("input", 2, 4, 4), 4, 3))));
        Assert.Equal(["input", "conv", "relu: norm, relu"], Show(NormFusion.Apply(graph)));
    }

    [Theory]
    [InlineData(ActivationKind.Relu6, true)]
    [InlineData(ActivationKind.Silu, false)]
    [InlineData(ActivationKind.HardSwish, false)]
    public void Other_activations_join_and_a_sum_only_where_the_slope_follows_from_the_output(
        ActivationKind kind, bool joinsSums)
    {
        var g = new GraphBuilder("active");
        var x = g.Input("input", 4, 4, 4);
        var first = g.Activation("act", g.BatchNorm2d("bn", g.Conv2d("conv", x, 4, 3)), kind);
        var sum = g.Add("add", g.BatchNorm2d("bn2", g.Conv2d("conv2", first, 4, 1)), first);
        var fused = NormFusion.Apply(g.Build(g.Activation("act2", sum, kind)));
        var name = kind.ToString().ToLowerInvariant();
        string[] end = joinsSums ? [$"act2: norm, sum, {name}"] : ["add: norm, sum", "act2"];
        Assert.Equal(["input", "conv", $"act: norm, {name}", "conv2", .. end], Show(fused));
    }

    [Fact]
    public void A_residual_sum_joins_them_whichever_side_the_norm_is_on()
    {
        foreach (var normFirst in new[] { true, false })
        {
            var g = new GraphBuilder("residual");
            var x = g.Conv2d("conv", g.Input("input", 2, 4, 4), 4, 3);
            var norm = g.BatchNorm2d("bn", g.Conv2d("conv2", x, 4, 1));
            var graph = g.Build(g.Relu("relu", normFirst ? g.Add("add", norm, x) : g.Add("add", x, norm)));
            var fused = NormFusion.Apply(graph);
            Assert.Equal(["input", "conv", "conv2", "relu: norm, sum, relu"], Show(fused));
            Assert.Equal(new[] { 2, 1 }, fused.Nodes[^1].Inputs);
        }
    }

    [Fact]
    public void Of_two_norms_that_are_summed_one_takes_the_sum()
    {
        var g = new GraphBuilder("projection");
        var x = g.Input("input", 2, 4, 4);
        var main = g.BatchNorm2d("bn", g.Conv2d("conv", x, 4, 1));
        var shortcut = g.BatchNorm2d("shortcut.bn", g.Conv2d("shortcut.conv", x, 4, 1));
        var graph = g.Build(g.Relu("relu", g.Add("add", main, shortcut)));
        Assert.Equal(
            ["input", "conv", "bn: norm", "shortcut.conv", "relu: norm, sum, relu"], Show(NormFusion.Apply(graph)));
    }

    [Fact]
    public void What_something_else_reads_is_still_computed()
    {
        var g = new GraphBuilder("read");
        var norm = g.BatchNorm2d("bn", g.Conv2d("conv", g.Input("input", 2, 4, 4), 4, 3));
        var relu = g.Relu("relu", norm);
        Assert.Equal(["input", "conv", "bn: norm", "relu"], Show(NormFusion.Apply(g.Build(relu, norm))));

        g = new GraphBuilder("twice");
        norm = g.BatchNorm2d("bn", g.Conv2d("conv", g.Input("input", 2, 4, 4), 4, 3));
        Assert.Equal(
            ["input", "conv", "bn: norm", "add", "relu"],
            Show(NormFusion.Apply(g.Build(g.Relu("relu", g.Add("add", norm, norm))))));
    }

    [Fact]
    public void Other_activations_and_sums_that_broadcast_stay_apart()
    {
        var g = new GraphBuilder("others");
        var x = g.BatchNorm2d("bn", g.Input("input", 4, 4, 4));
        var pooled = g.AdaptiveAveragePool2d("pool", x, 1);
        var norm = g.BatchNorm2d("bn2", g.Conv2d("conv", x, 4, 1));
        var graph = g.Build(g.Activation("act", g.Add("add", norm, pooled), ActivationKind.Gelu));
        Assert.Equal(["input", "bn: norm", "pool", "conv", "bn2: norm", "add", "act"], Show(NormFusion.Apply(graph)));
    }

    private static IEnumerable<string> Show(Graph graph) =>
        graph.Nodes.Select(node => node.Operator is FusedBatchNorm fused
            ? $"{node.Name}: norm{(node.Inputs.Length > 1 ? ", sum" : "")}{Show(fused.Activation)}"
            : node.Name);

    private static string Show(NormActivation activation) =>
        activation == NormActivation.None ? "" : $", {activation.ToString().ToLowerInvariant()}";
}

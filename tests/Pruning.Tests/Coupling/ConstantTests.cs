using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Tests.Coupling;

/// <summary>
/// Constants and learned values that meet a network's channels: their dimensions of size 1 are no channels.
/// </summary>
public sealed class ConstantTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(6, 6)]
    [InlineData(1, 6)]
    public void A_value_that_is_added_to_each_channel_makes_no_group_of_its_own(int height, int width)
    {
        var g = new GraphBuilder("constant");
        var x = g.Conv2d("a", g.Input("input", 3, 6, 6), 8, 3, padding: 1);
        var value = g.Add(
            "value", new ParameterValue(), [], [
                new("shift", [1, 8, height, width], ParameterRole.Bias, Initialization.Constant(0))]);
        x = g.Conv2d("b", g.Add("sum", x, value), 4, 3, padding: 1);
        var coupling = CouplingGraph.Build(
            g.Build(g.Linear("fc", g.Flatten("flatten", g.AdaptiveAveragePool2d("pool", x, 1)), 10)));

        Assert.Equal(["a: 8", "b: 4"], Prunable(coupling));
        var shared = coupling.Groups[coupling.Position("a")];
        Assert.Contains(shared.Members, member => member is { Parameter: "shift", Dimension: 1 });
    }

    [Fact]
    public void Channels_that_only_biases_have_are_none()
    {
        var g = new GraphBuilder("biases");
        ParameterSpec Spec(string name) => new(name, [1, 5, 7], ParameterRole.Bias, Initialization.Constant(0));
        var sum = g.Add(
            "sum",
            g.Add("p", new ParameterValue(), [], [Spec("p")]),
            g.Add("q", new ParameterValue(), [], [Spec("q")]));
        var x = g.Linear("a", g.Input("input", 5, 7), 7);
        var coupling = CouplingGraph.Build(g.Build(g.Linear(
            "b", g.Add("meet", g.MatMul("product", x, g.Permute("turn", sum, 0, 2, 1)), g.Input("other", 5, 5)), 3)));

        Assert.All(
            coupling.Groups.Where(group => group.IsPrunable),
            group => Assert.Contains(group.Members, member => member.IsCounted));
    }

    [Fact]
    public void Large_images_take_no_memory_for_each_pixel()
    {
        const int Size = 1 << 20;
        var g = new GraphBuilder("wide");
        var x = g.Input("input", 1, 1, Size);
        for (var layer = 0; layer < 8; layer++)
        {
            x = g.Conv2d($"conv{layer}", x, 2, new(1, 3), padding: new(0, 1));
        }

        var graph = g.Build(x);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(7, Prunable(CouplingGraph.Build(graph)).Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 << 20);
    }

    private static string[] Prunable(CouplingGraph coupling) =>
        [.. coupling.Groups.Where(group => group.IsPrunable).Select(group => $"{group.Name}: {group.Channels}")];
}

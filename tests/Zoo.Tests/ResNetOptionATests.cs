using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;

namespace Ocs.Zoo.Tests;

public sealed class ResNetOptionATests
{
    // What the same network with projections has, less two projections (16 * 32 + 32 * 64 weights and 2 * (32 + 64) of
    // their norms).
    [Theory]
    [InlineData("cifar_resnet20_a", 269_722, 40_551_040)]
    [InlineData("cifar_resnet32_a", 464_154, 68_862_592)]
    [InlineData("cifar_resnet44_a", 658_586, 97_174_144)]
    [InlineData("cifar_resnet56_a", 853_018, 125_485_696)]
    [InlineData("cifar_resnet110_a", 1_727_962, 252_887_680)]
    public void Parameters_and_macs_are_those_of_the_paper(string name, long parameters, long macs)
    {
        var graph = Models.Build(name);
        Assert.Equal(parameters, graph.ParameterCount);
        Assert.Equal(macs, graph.Macs);
        Assert.Equal(parameters + 2752, Models.Build(name[..^2]).ParameterCount);
        Assert.Equal(macs + 262_144, Models.Build(name[..^2]).Macs);
    }

    [Fact]
    public void Shortcuts_into_wider_stages_have_zeros_on_both_sides_and_no_parameters()
    {
        var graph = Models.Build("cifar_resnet20_a");
        Assert.Equal(
            ["layer2.0.shortcut.pad: 8, 8", "layer3.0.shortcut.pad: 16, 16"],
            graph.Nodes.Where(node => node.Operator is PadChannels)
                .Select(node => node.Operator is PadChannels pad ? $"{node.Name}: {pad.Before}, {pad.After}" : ""));
        Assert.Equal(19, graph.Nodes.Count(node => node.Operator is Conv2d));
        Assert.DoesNotContain(graph.Parameters, spec => spec.Name.Contains("shortcut", StringComparison.Ordinal));
        Assert.True(graph.HasParameter("linear.weight"));
    }

    // The 16 channels of the first stage lie in the middle of the second's 32, those in the middle of the third's 64.
    // So the channels outside of the blocks are 16 of all stages, 16 of two, and 32 of the last.
    [Fact]
    public void Channels_of_several_stages_leave_together()
    {
        var groups =
            CouplingGraph.Build(Models.Build("cifar_resnet20_a")).Groups.Where(group => group.IsPrunable).ToList();
        Assert.Equal([16, 16, 16, 16, 16, 32, 32, 32, 32, 64, 64, 64], groups.Select(group => group.Channels).Order());
        var first = groups.Single(group => group.Members.Any(member => member.Parameter == "conv1.weight"));
        Assert.Equal(16, first.Channels);
        var columns = first.Members.Single(member => member.Parameter == "linear.weight");
        Assert.Equal([24], columns.IndicesOf(0).ToArray());
        Assert.Equal([39], columns.IndicesOf(15).ToArray());
    }
}

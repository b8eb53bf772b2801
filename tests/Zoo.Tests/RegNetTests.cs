using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo.Tests;

public sealed class RegNetTests
{
    // Parameters of torchvision's documentation.
    [Theory]
    [InlineData("regnet_x_400mf", 0.4, 5.5)]
    [InlineData("regnet_x_800mf", 0.8, 7.3)]
    [InlineData("regnet_x_1_6gf", 1.6, 9.2)]
    [InlineData("regnet_x_3_2gf", 3.2, 15.3)]
    [InlineData("regnet_y_400mf", 0.4, 4.3)]
    [InlineData("regnet_y_800mf", 0.8, 6.4)]
    [InlineData("regnet_y_1_6gf", 1.6, 11.2)]
    [InlineData("regnet_y_3_2gf", 3.2, 19.4)]
    public void A_network_has_the_macs_of_its_name(string name, double billions, double millions)
    {
        var graph = Models.Build(name);
        Assert.InRange(graph.Macs / 1e9, 0.95 * billions, 1.05 * billions);
        Assert.Equal(millions, graph.ParameterCount / 1e6, 0.06);
    }

    // Depths of the appendix: the sum over stages.
    [Theory]
    [InlineData("regnet_x_400mf", 22)]
    [InlineData("regnet_x_800mf", 16)]
    [InlineData("regnet_x_1_6gf", 18)]
    [InlineData("regnet_x_3_2gf", 25)]
    [InlineData("regnet_y_400mf", 16)]
    [InlineData("regnet_y_800mf", 14)]
    [InlineData("regnet_y_1_6gf", 27)]
    [InlineData("regnet_y_3_2gf", 21)]
    public void Every_block_has_a_sum_and_in_regnet_y_an_excitation(string name, int blocks)
    {
        var graph = Models.Build(name);
        Assert.Equal(blocks, graph.Nodes.Count(node => node.Operator is Add));
        Assert.Equal(name[7] == 'y' ? blocks : 0, graph.Nodes.Count(node => node.Operator is Arithmetic));
    }

    [Theory]
    [InlineData("stem.2", 32, 112)]
    [InlineData("trunk_output.block1.block1-0.activation", 48, 56)]
    [InlineData("trunk_output.block2.block2-2.activation", 104, 28)]
    [InlineData("trunk_output.block3.block3-5.activation", 208, 14)]
    [InlineData("trunk_output.block4.block4-5.activation", 440, 7)]
    public void Each_stage_halves_the_image(string node, long channels, long size)
    {
        ZooAssert.Shape("regnet_y_400mf", node, channels, size);
    }

    // The first layer, four stages, two widths inside of each block, and one of the excitation.
    [Theory]
    [InlineData("regnet_x_400mf", 1 + 4 + 2 * 22)]
    [InlineData("regnet_y_400mf", 1 + 4 + 3 * 16)]
    public void Only_image_and_classes_are_frozen(string name, int groups)
    {
        ZooAssert.Groups(name, groups);
    }

    [Fact]
    public void The_same_channel_leaves_in_every_group_of_a_grouped_convolution()
    {
        // 104 channels in groups of 8.
        const string Block = "trunk_output.block2.block2-0.f";
        var group = ZooAssert.GroupOfRows(Models.Build("regnet_y_400mf"), $"{Block}.a.0.weight");
        Assert.Equal(8, group.Channels);
        var rows = group.Members.Single(member => member.Parameter == $"{Block}.a.0.weight");
        Assert.Equal(Enumerable.Range(0, 13).Select(index => 8 * index + 3), rows.IndicesOf(3).ToArray());
        Assert.Equal(1, group.Members.Single(member => member.Parameter == $"{Block}.b.0.weight").Dimension);
    }

    [Fact]
    public void Biases_of_the_excitation_start_as_pytorchs()
    {
        const string Excitation = "trunk_output.block1.block1-0.f.se";
        var graph = Models.Build("regnet_y_400mf");
        string[] biases = [$"{Excitation}.fc1.bias", $"{Excitation}.fc2.bias"];
        Assert.Equal(
            [Initialization.Uniform(1 / Math.Sqrt(48)), Initialization.Uniform(1 / Math.Sqrt(8))],
            biases.Select(name => graph.Parameter(name).Initialization));
    }
}

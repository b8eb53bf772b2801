using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo.Tests;

public sealed class MobileNetV2Tests
{
    private readonly Graph _graph = Models.Build("mobilenet_v2");
    private readonly Graph _cifar = Models.Build("cifar_mobilenet_v2");

    [Theory]
    [InlineData("features.0.2", 32, 112)]
    [InlineData("features.1.conv.2", 16, 112)]
    [InlineData("features.3.add", 24, 56)]
    [InlineData("features.6.add", 32, 28)]
    [InlineData("features.10.add", 64, 14)]
    [InlineData("features.13.add", 96, 14)]
    [InlineData("features.16.add", 160, 7)]
    [InlineData("features.17.conv.3", 320, 7)]
    [InlineData("features.18.2", 1280, 7)]
    public void Stages_have_the_sizes_of_table_2(string node, long channels, long size)
    {
        ZooAssert.Shape("mobilenet_v2", node, channels, size);
    }

    [Fact]
    public void Its_size_and_costs_are_those_of_table_4()
    {
        Assert.Equal(3.5e6, _graph.ParameterCount, 0.1e6);
        Assert.Equal(300e6, _graph.Macs, 1e6);
    }

    [Theory]
    [InlineData("features.2.conv.0.0", 96, 16, 1)]
    [InlineData("features.2.conv.1.0", 96, 1, 3)]
    [InlineData("features.2.conv.2", 24, 96, 1)]
    public void A_block_expands_six_fold_filters_and_projects(string node, long rows, long columns, long size)
    {
        Assert.Equal([rows, columns, size, size], _graph.Parameter($"{node}.weight").Shape.ToArray());
    }

    [Theory]
    [InlineData("stage2.1.add", 24, 17)]
    [InlineData("stage3.2.add", 32, 9)]
    [InlineData("stage4.3.add", 64, 5)]
    [InlineData("stage5.2.add", 96, 5)]
    [InlineData("stage6.2.add", 160, 5)]
    [InlineData("conv1.2", 1280, 5)]
    public void Small_images_are_padded_once_and_halved_three_times(string node, long channels, long size)
    {
        ZooAssert.Shape("cifar_mobilenet_v2", node, channels, size);
    }

    [Fact]
    public void The_network_of_small_images_has_biases_that_start_as_their_weights()
    {
        Assert.Equal(3 + 3 * 17, _cifar.Nodes.Count(node => node.Operator is Conv2d));
        foreach (var node in _cifar.Nodes.Where(node => node.Operator is Conv2d))
        {
            var (weight, bias) = (_cifar.Parameter(node.Parameters[0]), _cifar.Parameter(node.Parameters[1]));
            Assert.Equal(weight.Initialization, bias.Initialization);
            Assert.Equal(1 / Math.Sqrt(weight.ElementCount / weight.Shape[0]), weight.Initialization.Value, 1e-12);
        }
    }

    // The first layer with the filter behind it, 7 stages, 16 expansions, the last layer; the other network expands in
    // all 17 blocks.
    [Theory]
    [InlineData("mobilenet_v2", 1 + 7 + 16 + 1)]
    [InlineData("cifar_mobilenet_v2", 1 + 7 + 17 + 1)]
    public void Blocks_of_a_stage_share_a_group_and_only_image_and_classes_are_frozen(string name, int groups)
    {
        ZooAssert.Groups(name, groups);
    }
}

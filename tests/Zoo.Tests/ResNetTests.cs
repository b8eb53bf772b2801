using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo.Tests;

public sealed class ResNetTests
{
    private readonly Graph _graph = ResNet.Cifar(20, NetworkInput.Cifar, 10);

    [Theory]
    [InlineData(20, 19, 2, 9)]
    [InlineData(56, 55, 2, 27)]
    public void Depth_counts_convolutions_and_the_classifier_without_projections(int depth, int convolutions, int projections, int sums)
    {
        var graph = ResNet.Cifar(depth, NetworkInput.Cifar, 10);
        var names = graph.Nodes.Where(node => node.Operator is Conv2d).Select(node => node.Name).ToList();
        Assert.Equal(projections, names.Count(name => name.Contains("downsample", StringComparison.Ordinal)));
        Assert.Equal(convolutions, names.Count - projections);
        Assert.Equal(depth, convolutions + graph.Nodes.Count(node => node.Operator is Linear));
        Assert.Equal(sums, graph.Nodes.Count(node => node.Operator is Add));
    }

    [Theory]
    [InlineData("relu", 16, 32)]
    [InlineData("layer1.2.out", 16, 32)]
    [InlineData("layer2.2.out", 32, 16)]
    [InlineData("layer3.2.out", 64, 8)]
    public void Each_stage_doubles_the_channels_and_halves_the_image(string node, long channels, long size)
    {
        Assert.Equal([1, channels, size, size], _graph.Nodes.Single(candidate => candidate.Name == node).Shape.ToArray());
    }

    [Fact]
    public void A_projection_stands_where_the_shape_changes_only()
    {
        Assert.True(_graph.HasParameter("layer2.0.downsample.0.weight"));
        Assert.True(_graph.HasParameter("layer3.0.downsample.1.running_var"));
        Assert.False(_graph.HasParameter("layer1.0.downsample.0.weight"));
        Assert.False(_graph.HasParameter("layer2.1.downsample.0.weight"));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(21)]
    public void Another_depth_than_6n_plus_2_does_not_exist(int depth)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ResNet.Cifar(depth, NetworkInput.Cifar, 10));
    }
}

using Ocs.Graphs.Operators;

namespace Ocs.Zoo.Tests;

public sealed class VggTests
{
    [Theory]
    [InlineData(16, 13)]
    [InlineData(19, 16)]
    public void Depth_counts_the_papers_layers_of_which_one_linear_remains_of_three(int depth, int convolutions)
    {
        var graph = Vgg.Cifar(depth, NetworkInput.Cifar, 10);
        Assert.Equal(convolutions, graph.Nodes.Count(node => node.Operator is Conv2d));
        Assert.Equal(convolutions, graph.Nodes.Count(node => node.Operator is BatchNorm2d));
        Assert.Equal(depth - 3, convolutions);
        Assert.Equal(1, graph.Nodes.Count(node => node.Operator is Linear));
    }

    [Fact]
    public void Images_are_halved_after_the_first_three_blocks_only()
    {
        var graph = Vgg.Cifar(16, NetworkInput.Cifar, 10);
        var sizes = Enumerable.Range(0, 5).Select(block => graph.Nodes.Single(node => node.Name == $"block{block}.out").Shape);
        Assert.Equal(["64x32", "128x16", "256x8", "512x4", "512x4"], sizes.Select(shape => $"{shape[1]}x{shape[2]}"));
    }

    [Fact]
    public void Another_depth_does_not_exist()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Vgg.Cifar(13, NetworkInput.Cifar, 10));
    }
}

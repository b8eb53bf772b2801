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
        var sizes = Enumerable.Range(0, 5).Select(
            block => graph.Nodes.Single(node => node.Name == $"block{block}.out").Shape);
        Assert.Equal(["64x32", "128x16", "256x8", "512x4", "512x4"], sizes.Select(shape => $"{shape[1]}x{shape[2]}"));
    }

    [Fact]
    public void Another_depth_does_not_exist()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Vgg.Cifar(13, NetworkInput.Cifar, 10));
    }

    // Tab. 2 of the paper counts 133, 133, 138 and 144 million parameters; MACs are those that torchvision publishes.
    [Theory]
    [InlineData("vgg11", 11, 132_863_336, 7.609)]
    [InlineData("vgg11_bn", 11, 132_868_840, 7.609)]
    [InlineData("vgg13", 13, 133_047_848, 11.308)]
    [InlineData("vgg16", 16, 138_357_544, 15.47)]
    [InlineData("vgg19", 19, 143_667_240, 19.632)]
    [InlineData("vgg19_bn", 19, 143_678_248, 19.632)]
    public void Large_images_have_the_papers_depth_parameters_and_macs(
        string name, int depth, long parameters, double gigaMacs)
    {
        var graph = Models.Build(name);
        Assert.Equal(depth, graph.Nodes.Count(node => node.Operator is Conv2d or Linear));
        Assert.Equal(depth - 3, graph.Nodes.Count(node => node.Operator is Conv2d));
        Assert.Equal(name.EndsWith("_bn", StringComparison.Ordinal) ? depth - 3
            : 0, graph.Nodes.Count(node => node.Operator is BatchNorm2d));
        Assert.Equal(parameters, graph.ParameterCount);
        Assert.Equal(gigaMacs, graph.Macs / 1e9, 0.01);
    }

    [Fact]
    public void Large_images_are_halved_after_each_of_the_five_blocks()
    {
        var pools = Models.Build("vgg16").Nodes.Where(node => node.Operator is MaxPool2d);
        Assert.Equal(
            ["64x112", "128x56", "256x28", "512x14", "512x7"],
            pools.Select(pool => $"{pool.Shape[1]}x{pool.Shape[2]}"));
    }
}

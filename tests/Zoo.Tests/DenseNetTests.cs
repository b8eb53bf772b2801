using Ocs.Graphs.Operators;

namespace Ocs.Zoo.Tests;

public sealed class DenseNetTests
{
    // Depth as Tab. 1 of the paper counts it; parameters and MACs are those that torchvision publishes.
    [Theory]
    [InlineData("densenet121", 121, 7_978_856, 2.834)]
    [InlineData("densenet161", 161, 28_681_000, 7.728)]
    [InlineData("densenet169", 169, 14_149_480, 3.36)]
    [InlineData("densenet201", 201, 20_013_928, 4.291)]
    public void Depth_parameters_and_macs_are_the_papers(string name, int depth, long parameters, double gigaMacs)
    {
        var graph = Models.Build(name);
        Assert.Equal(depth, graph.Nodes.Count(node => node.Operator is Conv2d or Linear));
        Assert.Equal(parameters, graph.ParameterCount);
        Assert.Equal(gigaMacs, graph.Macs / 1e9, 0.01);
    }

    // 64 + 32 * 6 = 256, of which a transition leaves half: 128 + 32 * 12 = 512, 256 + 32 * 24 = 1024, 512 + 32 * 16 =
    // 1024.
    [Theory]
    [InlineData("features.pool0", 64, 56)]
    [InlineData("features.denseblock1.denselayer6.concat", 256, 56)]
    [InlineData("features.transition1.pool", 128, 28)]
    [InlineData("features.denseblock2.denselayer12.concat", 512, 28)]
    [InlineData("features.denseblock3.denselayer24.concat", 1024, 14)]
    [InlineData("features.transition3.pool", 512, 7)]
    [InlineData("features.norm5", 1024, 7)]
    public void Each_layer_adds_32_channels_and_each_transition_halves_them_and_the_image(
        string node, long channels, long size)
    {
        var graph = Models.Build("densenet121");
        Assert.Equal(
            [1, channels, size, size], graph.Nodes.Single(candidate => candidate.Name == node).Shape.ToArray());
    }

    [Fact]
    public void A_bottleneck_has_four_times_the_growth()
    {
        var graph = Models.Build("densenet161");
        Assert.Equal([192, 96, 1, 1], graph.Parameter("features.denseblock1.denselayer1.conv1.weight").Shape.ToArray());
        Assert.Equal([48, 192, 3, 3], graph.Parameter("features.denseblock1.denselayer1.conv2.weight").Shape.ToArray());
    }
}

using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo.Tests;

public sealed class ResNetTests
{
    private readonly Graph _graph = ResNet.Cifar(20, NetworkInput.Cifar, 10);

    [Theory]
    [InlineData(20, 19, 2, 9)]
    [InlineData(56, 55, 2, 27)]
    public void Depth_counts_convolutions_and_the_classifier_without_projections(
        int depth, int convolutions, int projections, int sums)
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
        Assert.Equal(
            [1, channels, size, size], _graph.Nodes.Single(candidate => candidate.Name == node).Shape.ToArray());
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

    // What torchvision publishes; Tab. 1 of the paper counts a little less, for it strides earlier.
    [Theory]
    [InlineData("resnet18", 18, 11_689_512, 1.814)]
    [InlineData("resnet34", 34, 21_797_672, 3.664)]
    [InlineData("resnet50", 50, 25_557_032, 4.089)]
    [InlineData("resnet101", 101, 44_549_160, 7.801)]
    [InlineData("resnet152", 152, 60_192_808, 11.514)]
    [InlineData("resnext50_32x4d", 50, 25_028_904, 4.23)]
    [InlineData("wide_resnet50_2", 50, 68_883_240, 11.398)]
    public void Large_images_have_the_papers_depth_parameters_and_macs(
        string name, int depth, long parameters, double gigaMacs)
    {
        var graph = Models.Build(name);
        var projections = graph.Parameters.Count(
            spec => spec.Name.EndsWith("downsample.0.weight", StringComparison.Ordinal));
        Assert.Equal(depth + projections, graph.Nodes.Count(node => node.Operator is Conv2d or Linear));
        Assert.Equal(parameters, graph.ParameterCount);
        Assert.Equal(gigaMacs, graph.Macs / 1e9, 0.01);
    }

    [Theory]
    [InlineData("resnet34", "relu2", 64)]
    [InlineData("resnet50", "relu3", 256)]
    [InlineData("resnext50_32x4d", "relu3", 256)]
    public void Large_images_have_four_stages_from_56_to_7_pixels(string name, string output, long width)
    {
        var graph = Models.Build(name);
        int[] blocks = [3, 4, 6, 3];
        for (var stage = 0; stage < 4; stage++)
        {
            var last = graph.Nodes.Single(node => node.Name == $"layer{stage + 1}.{blocks[stage] - 1}.{output}");
            Assert.Equal([1, width << stage, 56 >> stage, 56 >> stage], last.Shape.ToArray());
        }
    }

    [Theory]
    [InlineData("resnet18", 3)]
    [InlineData("resnet50", 4)]
    public void Only_bottlenecks_project_in_the_first_stage(string name, int projections)
    {
        var graph = Models.Build(name);
        Assert.Equal(projections, graph.Parameters.Count(spec => spec.Name.EndsWith(
            "downsample.0.weight", StringComparison.Ordinal)));
        Assert.Equal(name == "resnet50", graph.HasParameter("layer1.0.downsample.0.weight"));
    }

    [Theory]
    [InlineData("resnext50_32x4d", 32, 128)]
    [InlineData("wide_resnet50_2", 1, 128)]
    [InlineData("resnet50", 1, 64)]
    public void The_middle_of_a_bottleneck_is_wider_or_in_groups(string name, int groups, long width)
    {
        var graph = Models.Build(name);
        for (var stage = 0; stage < 4; stage++)
        {
            var middle = graph.Nodes.Single(node => node.Name == $"layer{stage + 1}.0.conv2");
            Assert.Equal(groups, ((Conv2d)middle.Operator).Groups);
            Assert.Equal(width << stage, middle.Shape[1]);
        }
    }
}

using Ocs.Graphs.Operators;

namespace Ocs.Zoo.Tests;

public sealed class AlexNetTests
{
    [Fact]
    public void It_has_eight_layers_and_the_published_parameters_and_macs()
    {
        var graph = Models.Build("alexnet");
        Assert.Equal(5, graph.Nodes.Count(node => node.Operator is Conv2d));
        Assert.Equal(3, graph.Nodes.Count(node => node.Operator is Linear));
        Assert.Equal(61_100_840, graph.ParameterCount);
        Assert.Equal(0.714, graph.Macs / 1e9, 0.001);
    }

    [Fact]
    public void The_image_shrinks_to_55_27_13_and_6_pixels()
    {
        var shapes = Models.Build("alexnet").Nodes.Where(node => node.Operator is Conv2d or MaxPool2d)
            .Select(node => node.Shape);
        Assert.Equal(
            ["64x55", "64x27", "192x27", "192x13", "384x13", "256x13", "256x13", "256x6"],
            shapes.Select(shape => $"{shape[1]}x{shape[2]}"));
    }

    [Fact]
    public void An_image_that_is_too_small_is_an_error_that_names_the_layer()
    {
        var error = Assert.Throws<OcsInputException>(() => Models.Build("alexnet", new NetworkInput(3, 48, 48)));
        Assert.StartsWith("Node 'features.12':", error.Message, StringComparison.Ordinal);
    }
}

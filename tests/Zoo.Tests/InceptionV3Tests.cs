using Ocs.Graphs.Operators;

namespace Ocs.Zoo.Tests;

public sealed class InceptionV3Tests
{
    [Fact]
    public void It_is_for_images_of_299_pixels_and_has_the_published_macs_and_parameters_without_the_training_head()
    {
        var model = Models.Find("inception_v3");
        Assert.Equal(new(3, 299, 299), model.Input);
        var graph = Models.Build("inception_v3");
        Assert.Equal(5.713, graph.Macs / 1e9, 0.01);
        Assert.Equal(23_834_568, graph.ParameterCount);
        Assert.Equal(94, graph.Nodes.Count(node => node.Operator is Conv2d));
    }

    // The column "input size" of Tab. 1.
    [Theory]
    [InlineData("Conv2d_1a_3x3.relu", 32, 149)]
    [InlineData("Conv2d_2a_3x3.relu", 32, 147)]
    [InlineData("Conv2d_2b_3x3.relu", 64, 147)]
    [InlineData("maxpool1", 64, 73)]
    [InlineData("maxpool2", 192, 35)]
    [InlineData("Mixed_5d.concat", 288, 35)]
    [InlineData("Mixed_6e.concat", 768, 17)]
    [InlineData("Mixed_7a.concat", 1280, 8)]
    [InlineData("Mixed_7c.concat", 2048, 8)]
    public void Each_stage_has_the_papers_size(string node, long channels, long size)
    {
        var graph = Models.Build("inception_v3");
        Assert.Equal(
            [1, channels, size, size], graph.Nodes.Single(candidate => candidate.Name == node).Shape.ToArray());
    }

    [Fact]
    public void The_smallest_image_has_75_pixels()
    {
        Assert.Equal("inception_v3", Models.Build("inception_v3", new NetworkInput(3, 75, 75)).Name);
        Assert.Throws<OcsInputException>(() => Models.Build("inception_v3", new NetworkInput(3, 74, 74)));
    }
}

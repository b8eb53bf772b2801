using Ocs.Graphs.Operators;

namespace Ocs.Zoo.Tests;

public sealed class GoogLeNetTests
{
    // Tab. 1 of the paper: 1.5 billion multiply-adds.
    [Fact]
    public void It_has_the_papers_macs_and_the_published_parameters()
    {
        var graph = Models.Build("googlenet");
        Assert.Equal(1.5, graph.Macs / 1e9, 0.01);
        Assert.Equal(6_624_904, graph.ParameterCount);
        Assert.Equal(3 + (9 * 6), graph.Nodes.Count(node => node.Operator is Conv2d));
    }

    // The column "output size" of Tab. 1.
    [Theory]
    [InlineData("conv1.relu", 64, 112)]
    [InlineData("maxpool1", 64, 56)]
    [InlineData("maxpool2", 192, 28)]
    [InlineData("inception3a.concat", 256, 28)]
    [InlineData("inception3b.concat", 480, 28)]
    [InlineData("maxpool3", 480, 14)]
    [InlineData("inception4a.concat", 512, 14)]
    [InlineData("inception4d.concat", 528, 14)]
    [InlineData("inception4e.concat", 832, 14)]
    [InlineData("maxpool4", 832, 7)]
    [InlineData("inception5b.concat", 1024, 7)]
    public void Each_stage_has_the_papers_size(string node, long channels, long size)
    {
        var graph = Models.Build("googlenet");
        Assert.Equal(
            [1, channels, size, size], graph.Nodes.Single(candidate => candidate.Name == node).Shape.ToArray());
    }
}

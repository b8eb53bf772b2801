using Ocs.Graphs.Operators;

namespace Ocs.Zoo.Tests;

public sealed class SqueezeNetTests
{
    // Tab. 1 of the paper: 1,248,424 parameters. The authors state 2.4 times less computation for 1.1.
    [Theory]
    [InlineData("squeezenet1_0", 1_248_424, 0.819)]
    [InlineData("squeezenet1_1", 1_235_496, 0.349)]
    public void Parameters_are_the_papers_and_macs_the_published(string name, long parameters, double gigaMacs)
    {
        var graph = Models.Build(name);
        Assert.Equal(parameters, graph.ParameterCount);
        Assert.Equal(gigaMacs, graph.Macs / 1e9, 0.001);
        Assert.Equal(1 + (8 * 3) + 1, graph.Nodes.Count(node => node.Operator is Conv2d));
        Assert.DoesNotContain(graph.Nodes, node => node.Operator is Linear);
    }

    [Theory]
    [InlineData("squeezenet1_0", "54, 54, 54, 27, 27, 27, 27, 13")]
    [InlineData("squeezenet1_1", "55, 55, 27, 27, 13, 13, 13, 13")]
    public void Eight_fire_modules_of_128_to_512_channels_differ_in_where_the_image_is_halved(string name, string sizes)
    {
        var fires = Models.Build(name).Nodes.Where(node => node.Operator is Concat).ToList();
        Assert.Equal([128, 128, 256, 256, 384, 384, 512, 512], fires.Select(fire => fire.Shape[1]));
        Assert.Equal(sizes, string.Join(", ", fires.Select(fire => fire.Shape[2])));
    }
}

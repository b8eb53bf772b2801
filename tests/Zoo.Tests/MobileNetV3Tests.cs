using Ocs.Graphs;

namespace Ocs.Zoo.Tests;

public sealed class MobileNetV3Tests
{
    [Theory]
    [InlineData("mobilenet_v3_large", "features.1.add", 16, 112)]
    [InlineData("mobilenet_v3_large", "features.3.add", 24, 56)]
    [InlineData("mobilenet_v3_large", "features.6.add", 40, 28)]
    [InlineData("mobilenet_v3_large", "features.10.add", 80, 14)]
    [InlineData("mobilenet_v3_large", "features.12.add", 112, 14)]
    [InlineData("mobilenet_v3_large", "features.15.add", 160, 7)]
    [InlineData("mobilenet_v3_large", "features.16.2", 960, 7)]
    [InlineData("mobilenet_v3_small", "features.1.block.2.1", 16, 56)]
    [InlineData("mobilenet_v3_small", "features.3.add", 24, 28)]
    [InlineData("mobilenet_v3_small", "features.6.add", 40, 14)]
    [InlineData("mobilenet_v3_small", "features.8.add", 48, 14)]
    [InlineData("mobilenet_v3_small", "features.11.add", 96, 7)]
    [InlineData("mobilenet_v3_small", "features.12.2", 576, 7)]
    public void Stages_have_the_sizes_of_tables_1_and_2(string name, string node, long channels, long size)
    {
        ZooAssert.Shape(name, node, channels, size);
    }

    [Theory]
    [InlineData("mobilenet_v3_large", 5.4e6, 219e6)]
    [InlineData("mobilenet_v3_small", 2.5e6, 56e6)]
    public void Parameters_and_macs_are_those_of_table_3(string name, double parameters, double macs)
    {
        var graph = Models.Build(name);
        Assert.Equal(parameters, graph.ParameterCount, 0.1e6);
        Assert.InRange(graph.Macs, 0.98 * macs, 1.02 * macs);
    }

    // Stages (in the large one the first layer sums with the first), expansions, excitations, the last two layers.
    [Theory]
    [InlineData("mobilenet_v3_large", 6 + 14 + 8 + 2)]
    [InlineData("mobilenet_v3_small", 1 + 5 + 10 + 9 + 2)]
    public void Only_image_and_classes_are_frozen(string name, int groups)
    {
        ZooAssert.Groups(name, groups);
    }

    [Fact]
    public void An_expanded_channel_takes_its_gate_with_it()
    {
        const string Block = "features.4.block";
        var group = ZooAssert.GroupOfRows(Models.Build("mobilenet_v3_large"), $"{Block}.0.0.weight");
        Assert.Equal(72, group.Channels);
        Assert.Equal(
            [
                ($"{Block}.0.0.weight", 0), ($"{Block}.1.0.weight", 0), ($"{Block}.2.fc1.weight", 1),
                ($"{Block}.2.fc2.weight", 0), ($"{Block}.3.0.weight", 1),
            ],
            group.Members.Where(member => member.Role == ParameterRole.Weight)
                .Select(member => (member.Parameter, member.Dimension)));
    }
}

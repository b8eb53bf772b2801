using Ocs.Graphs.Operators;

namespace Ocs.Zoo.Tests;

public sealed class ConvNextTests
{
    [Theory]
    [InlineData("convnext_tiny", "features.1.2.add", 96, 56)]
    [InlineData("convnext_tiny", "features.3.2.add", 192, 28)]
    [InlineData("convnext_tiny", "features.5.8.add", 384, 14)]
    [InlineData("convnext_tiny", "features.7.2.add", 768, 7)]
    [InlineData("convnext_small", "features.5.26.add", 384, 14)]
    [InlineData("convnext_base", "features.7.2.add", 1024, 7)]
    public void Stages_have_the_sizes_of_section_3(string name, string node, long channels, long size)
    {
        ZooAssert.Shape(name, node, channels, size);
    }

    [Theory]
    [InlineData("convnext_tiny", 29, 4.5)]
    [InlineData("convnext_small", 50, 8.7)]
    [InlineData("convnext_base", 89, 15.4)]
    public void Parameters_and_macs_are_those_of_table_1(string name, double millions, double billions)
    {
        var graph = Models.Build(name);
        Assert.Equal(millions, graph.ParameterCount / 1e6, 0.5);
        Assert.Equal(billions, graph.Macs / 1e9, 0.06);
    }

    [Theory]
    [InlineData("convnext_tiny", 18, 0.1)]
    [InlineData("convnext_base", 36, 0.5)]
    public void Blocks_are_dropped_from_never_to_the_rate_of_appendix_a(string name, int blocks, double rate)
    {
        var rates = Models.Build(name).Nodes.Select(node => node.Operator).OfType<StochasticDepth>()
            .Select(op => op.Probability).ToList();
        Assert.Equal(blocks, rates.Count);
        Assert.Equal(0, rates[0]);
        Assert.Equal(rate, rates[^1], 1e-12);
        Assert.Equal(rate / 2, (rates[blocks / 2] + rates[blocks / 2 - 1]) / 2, 1e-12);
    }

    [Fact]
    public void Stages_and_the_wide_layers_of_blocks_are_groups_and_only_image_and_classes_are_frozen()
    {
        ZooAssert.Groups("convnext_tiny", 4 + 18);
    }

    [Fact]
    public void An_image_smaller_than_its_patches_is_an_error()
    {
        var error = Assert.Throws<OcsInputException>(() => Models.Build("convnext_tiny", new NetworkInput(3, 31, 31)));
        Assert.Contains("features.6.1", error.Message, StringComparison.Ordinal);
    }
}

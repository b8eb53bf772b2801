
namespace Ocs.Zoo.Tests;

public sealed class MnasNetTests
{
    [Theory]
    [InlineData("layers.7", 16, 112)]
    [InlineData("layers.8.2.add", 24, 56)]
    [InlineData("layers.9.2.add", 40, 28)]
    [InlineData("layers.10.2.add", 80, 14)]
    [InlineData("layers.11.1.add", 96, 14)]
    [InlineData("layers.12.3.add", 192, 7)]
    [InlineData("layers.13.0.layers.7", 320, 7)]
    public void Stacks_halve_the_image_five_times(string node, long channels, long size)
    {
        ZooAssert.Shape("mnasnet1_0", node, channels, size);
    }

    // Widths are multiples of 8 that keep 90 % of what was asked for: 0.75 * 24 = 18 would fall to 16.
    [Theory]
    [InlineData("mnasnet0_5", 16, 8, 16, 24, 40, 48, 96, 160)]
    [InlineData("mnasnet0_75", 24, 16, 24, 32, 64, 72, 144, 240)]
    [InlineData("mnasnet1_3", 40, 24, 32, 56, 104, 128, 248, 416)]
    public void Widths_are_scaled_to_multiples_of_8(string name, params int[] widths)
    {
        var graph = Models.Build(name);
        string[] projections =
        [
            "layers.0", "layers.6", "layers.8.0.layers.6", "layers.9.0.layers.6", "layers.10.0.layers.6",
            "layers.11.0.layers.6", "layers.12.0.layers.6", "layers.13.0.layers.6",
        ];
        Assert.Equal(widths, projections.Select(node => (int)graph.Parameter($"{node}.weight").Shape[0]));
    }

    // torchvision's documentation, to two decimals.
    [Theory]
    [InlineData("mnasnet0_5", 0.10e9)]
    [InlineData("mnasnet0_75", 0.21e9)]
    [InlineData("mnasnet1_0", 0.31e9)]
    [InlineData("mnasnet1_3", 0.53e9)]
    public void Macs_are_those_published(string name, double macs)
    {
        Assert.Equal(macs, Models.Build(name).Macs, 0.006e9);
    }

    [Fact]
    public void Blocks_of_a_stack_share_a_group_and_only_image_and_classes_are_frozen()
    {
        // The first layer with the filter behind it, 7 widths of blocks, 16 expansions, the last layer.
        ZooAssert.Groups("mnasnet0_5", 1 + 7 + 16 + 1);
    }
}

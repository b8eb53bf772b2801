using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo.Tests;

public sealed class EfficientNetTests
{
    [Theory]
    [InlineData("efficientnet_b0", "features.1.0.block.2.1", 16, 112)]
    [InlineData("efficientnet_b0", "features.2.1.add", 24, 56)]
    [InlineData("efficientnet_b0", "features.3.1.add", 40, 28)]
    [InlineData("efficientnet_b0", "features.4.2.add", 80, 14)]
    [InlineData("efficientnet_b0", "features.5.2.add", 112, 14)]
    [InlineData("efficientnet_b0", "features.6.3.add", 192, 7)]
    [InlineData("efficientnet_b0", "features.7.0.block.3.1", 320, 7)]
    [InlineData("efficientnet_b0", "features.8.2", 1280, 7)]
    [InlineData("efficientnet_v2_s", "features.1.1.add", 24, 192)]
    [InlineData("efficientnet_v2_s", "features.2.3.add", 48, 96)]
    [InlineData("efficientnet_v2_s", "features.3.3.add", 64, 48)]
    [InlineData("efficientnet_v2_s", "features.4.5.add", 128, 24)]
    [InlineData("efficientnet_v2_s", "features.5.8.add", 160, 24)]
    [InlineData("efficientnet_v2_s", "features.6.14.add", 256, 12)]
    [InlineData("efficientnet_v2_s", "features.7.2", 1280, 12)]
    public void Stages_have_the_sizes_of_the_papers_tables(string name, string node, long channels, long size)
    {
        ZooAssert.Shape(name, node, channels, size);
    }

    // Parameters as in Tab. 2 of the first paper and Tab. 7 of the second; MACs of torchvision's documentation, whose
    // B2 takes larger images than the paper's.
    [Theory]
    [InlineData("efficientnet_b0", 5.3, 0.39)]
    [InlineData("efficientnet_b1", 7.8, 0.69)]
    [InlineData("efficientnet_b2", 9.2, 1.09)]
    [InlineData("efficientnet_b3", 12, 1.83)]
    [InlineData("efficientnet_b4", 19, 4.39)]
    [InlineData("efficientnet_b5", 30, 10.27)]
    [InlineData("efficientnet_b6", 43, 19.07)]
    [InlineData("efficientnet_b7", 66, 37.75)]
    [InlineData("efficientnet_v2_s", 22, 8.37)]
    public void Parameters_and_macs_are_those_published(string name, double millions, double billions)
    {
        var graph = Models.Build(name);
        Assert.InRange(graph.ParameterCount / 1e6, 0.975 * millions, 1.025 * millions);
        Assert.Equal(billions, graph.Macs / 1e9, 0.006);
    }

    [Theory]
    [InlineData("efficientnet_b0", 1e-5, 0.1)]
    [InlineData("efficientnet_b5", 1e-3, 0.01)]
    [InlineData("efficientnet_v2_s", 1e-3, 0.1)]
    public void Batch_norms_are_those_of_the_published_weights(string name, double epsilon, double momentum)
    {
        var norms = Models.Build(name).Nodes.Select(node => node.Operator).OfType<BatchNorm2d>().Distinct();
        Assert.Equal(new BatchNorm2d(epsilon, momentum), norms.Single());
    }

    // As torchvision for 1,000 classes and more.
    [Theory]
    [InlineData("efficientnet_b0", 10, 1, 1000)]
    [InlineData("efficientnet_v2_s", 1000, 1, 1000)]
    [InlineData("efficientnet_b0", 2000, 1, 2000)]
    [InlineData("mnasnet0_5", 10, 3, 1000)]
    [InlineData("mnasnet0_5", 2000, 3, 2000)]
    public void Logits_of_few_classes_start_small(string name, int classes, double squaredGain, double fanOut)
    {
        var start = Models.Build(name, classes: classes).Parameter("classifier.1.weight").Initialization;

        Assert.Equal(InitializationKind.Uniform, start.Kind);
        Assert.Equal(squaredGain / fanOut, start.Value * start.Value, 1e-12);
    }

    [Fact]
    public void Blocks_are_dropped_the_more_often_the_deeper_they_lie()
    {
        var rates = Models.Build("efficientnet_b0").Nodes.Select(node => node.Operator).OfType<StochasticDepth>()
            .Select(op => op.Probability);
        // The blocks with a sum, of 16.
        Assert.Equal([2, 4, 6, 7, 9, 10, 12, 13, 14], rates.Select(rate => (int)Math.Round(rate * 16 / 0.2)));
    }

    [Fact]
    public void Fused_blocks_have_one_convolution_in_place_of_two_and_no_excitation()
    {
        var graph = Models.Build("efficientnet_v2_s");
        Assert.Equal([192L, 48, 3, 3], graph.Parameter("features.2.1.block.0.0.weight").Shape.ToArray());
        Assert.Equal([48L, 192, 1, 1], graph.Parameter("features.2.1.block.1.0.weight").Shape.ToArray());
        Assert.Equal(30, graph.Nodes.Count(node => node.Operator is Arithmetic { Kind: ArithmeticKind.Multiply }));
    }

    // The first layer with the filter behind it, stages, expansions, excitations, the last layer; in V2-S the first
    // stage sums with the first layer, so it shares its group.
    [Theory]
    [InlineData("efficientnet_b0", 1 + 7 + 15 + 16 + 1)]
    [InlineData("efficientnet_v2_s", 6 + 38 + 30 + 1)]
    public void Only_image_and_classes_are_frozen(string name, int groups)
    {
        ZooAssert.Groups(name, groups);
    }
}

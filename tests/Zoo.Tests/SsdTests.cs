using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Zoo.Tests;

/// <summary>SSD300 against the figures of NVIDIA's DeepLearningExamples and of torchvision.</summary>
[NoTensorLeaks]
public sealed class SsdTests
{
    // By hand from the architecture; the background is one score more.
    [Theory]
    [InlineData(80, 22_894_902, 20.151)]
    [InlineData(20, 15_428_142, 16.166)]
    [InlineData(3, 13_312_560, 15.037)]
    public void Parameters_and_macs_of_ssd300_resnet50_are_nvidias(int classes, long parameters, double gigaMacs)
    {
        var graph = Models.Build("ssd300_resnet50", classes: classes);
        Assert.Equal(parameters, graph.ParameterCount);
        Assert.Equal(gigaMacs, graph.Macs / 1e9, 0.001);
        Assert.Equal([1, 8732, 4], graph.Nodes[graph.Outputs[0]].Shape.ToArray());
        Assert.Equal([1, 8732, classes + 1], graph.Nodes[graph.Outputs[1]].Shape.ToArray());
    }

    // torchvision states the number of its weights.
    [Fact]
    public void Parameters_of_ssd300_vgg16_are_torchvisions() =>
        Assert.Equal(35_641_826, Models.Build("ssd300_vgg16").ParameterCount);

    [Fact]
    public void Default_boxes_of_ssd300_resnet50_are_nvidias()
    {
        var values = BoxesOf(Models.Build("ssd300_resnet50")).Values();
        float[] Box(int index) => values[(4 * index)..(4 * index + 4)];
        AssertBox([0.0133333f, 0.0133333f, 0.07f, 0.07f], Box(0));
        AssertBox([0.0133333f, 0.0133333f, 0.1024695f, 0.1024695f], Box(1444));
        AssertBox([0.0266667f, 0.0266667f, 0.15f, 0.15f], Box(5776));
        AssertBox([0.5f, 0.5f, 0.6151829f, 1], Box(8731));
        Assert.Equal(1, Box(1443)[0]);
        double[] sums = [.. Enumerable.Range(0, 4).Select(part =>
            Enumerable.Range(0, 8732).Sum(box => (double)values[4 * box + part]))];
        Assert.Equal(4443.1467, sums[0], 1e-3);
        Assert.Equal(4443.1467, sums[1], 1e-3);
        Assert.Equal(1171.9677, sums[2], 1e-3);
        Assert.Equal(1171.9677, sums[3], 1e-3);
    }

    [Theory]
    [InlineData("ssd300_resnet18", 200, "25x25x4 + 13x13x6 + 7x7x6 + 4x4x6 + 2x2x4 + 1x1x4")]
    [InlineData("ssd300_resnet34", 300, "38x38x4 + 19x19x6 + 10x10x6 + 5x5x6 + 3x3x4 + 1x1x4")]
    [InlineData("ssd300_vgg16", 300, "38x38x4 + 19x19x6 + 10x10x6 + 5x5x6 + 3x3x4 + 1x1x4")]
    [InlineData("ssd300_vgg16", 256, "32x32x4 + 16x16x6 + 8x8x6 + 4x4x6 + 2x2x4 + 1x1x4")]
    public void Default_boxes_follow_from_the_maps(string name, int size, string expected)
    {
        var boxes = BoxesOf(Models.Build(name, new(3, size, size), 6));
        Assert.Equal($"DefaultBoxes({expected})", boxes.ToString());
        Assert.All(boxes.Values(), value => Assert.InRange(value, 0, 1.014f));
    }

    [Theory]
    [InlineData("ssd300_resnet18")]
    [InlineData("ssd300_resnet50")]
    [InlineData("ssd300_vgg16")]
    public void Only_image_and_heads_are_frozen(string name)
    {
        var coupling = CouplingGraph.Build(Models.Build(name, new(3, 96, 96), 3));
        var frozen = coupling.Groups.Where(group => !group.IsPrunable).SelectMany(group => group.Members)
            .Where(member => member.Dimension == 0)
            .Select(member => member.Parameter);
        Assert.NotEmpty(frozen);
        Assert.All(frozen, parameter => Assert.StartsWith("head.", parameter, StringComparison.Ordinal));
        var free = coupling.Groups.Where(group => group.IsPrunable).SelectMany(group => group.Members)
            .Select(member => (member.Parameter, member.Dimension)).ToHashSet();
        for (var map = 0; map < 6; map++)
        {
            Assert.Contains(($"head.classification_head.module_list.{map}.weight", 1), free);
            Assert.Contains(($"head.regression_head.module_list.{map}.weight", 1), free);
        }
    }

    [Theory]
    [InlineData("resnet18", "layer3.1.bn2.weight", "backbone.layer3.1.bn2.weight")]
    [InlineData("resnet50", "layer3.5.conv3.weight", "backbone.layer3.5.conv3.weight")]
    [InlineData("vgg16", "features.28.bias", "backbone.extra.0.5.bias")]
    public void A_detector_has_the_trunk_of_a_classifier(string name, string from, string to)
    {
        using var classifier = Network.Initialize(Models.Build(name, new(3, 64, 64), 5), seed: 3);
        using var detector = SsdBackbone.From(classifier, classes: 4, new(3, 128, 128), seed: 4);
        Assert.Equal(Models.Build($"ssd300_{name}", new(3, 128, 128), 4).ToString(), detector.Graph.ToString());
        Assert.Equal(
            classifier.Parameters[from].ToArray<float>(), detector.Parameters[to].ToArray<float>());
        Assert.DoesNotContain(detector.Parameters.Names, key => key.Contains("fc", StringComparison.Ordinal));
    }

    // Stands for a classifier that was cut: every width is another.
    [Fact]
    public void The_trunk_has_the_widths_that_it_was_cut_to()
    {
        var whole = Models.Build("resnet18", new(3, 64, 64), 5);
        var shapes = whole.Parameters.ToDictionary(spec => spec.Name, spec => spec.Shape);
        shapes["layer1.0.conv1.weight"] = [40, 64, 3, 3];
        shapes["layer1.0.conv2.weight"] = [64, 40, 3, 3];
        foreach (var part in new[] { "weight", "bias", "running_mean", "running_var" })
        {
            shapes[$"layer1.0.bn1.{part}"] = [40];
        }

        using var classifier = Network.Initialize(whole.WithParameterShapes(shapes), seed: 3);
        using var detector = SsdBackbone.From(classifier, classes: 4, new(3, 96, 96));
        Assert.Equal([64, 40, 3, 3], detector.Graph.Parameter("backbone.layer1.0.conv2.weight").Shape.ToArray());
        using var images = Tensor.Ones([2, 3, 96, 96]);
        using var _ = Autograd.NoGrad();
        using var boxes = detector.Forward(images);
        Assert.Equal(4, boxes.Shape[2]);
    }

    [Fact]
    public void Another_architecture_and_too_few_classes_are_errors()
    {
        using var other = Network.Initialize(Models.Build("cifar_resnet8"));
        Assert.Equal(
            "Network 'cifar_resnet8' has no backbone for a detector: give a residual network with "
            + "torchvision's names, such as resnet18, or vgg16.",
            Assert.Throws<OcsInputException>(() => SsdBackbone.From(other, 3)).Message);
        Assert.Equal(
            "A detector needs at least 1 class of objects, not 0; the background does not count.",
            Assert.Throws<OcsInputException>(() => Models.Build("ssd300_resnet18", classes: 0)).Message);
        var one = Models.Build("ssd300_resnet18", classes: 1);
        Assert.Equal(2, one.Nodes[one.Outputs[1]].Shape[^1]);
    }

    private static DefaultBoxes BoxesOf(Graph graph) => (DefaultBoxes)graph.Nodes[graph.Outputs[0]].Operator;

    private static void AssertBox(float[] expected, float[] actual)
    {
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-6);
        }
    }
}

using Ocs.Graphs;

namespace Ocs.Zoo.Tests;

/// <summary>What networks start from, against the distributions that the papers state.</summary>
[NoTensorLeaks]
public sealed class InitializationTests
{
    // A deviation estimated from n normal values has the standard error sigma / sqrt(2 n).
    private const double StandardErrors = 5;

    [Theory]
    [InlineData("cifar_resnet56")]
    [InlineData("cifar_vgg16")]
    public void Convolutions_start_normal_with_the_deviation_of_their_fan_out_and_norms_as_the_identity(string name)
    {
        var graph = Models.Build(name);
        using var parameters = ParameterTable.Initialize(graph, seed: 11);
        foreach (var spec in graph.Parameters.Where(spec => spec.Role is ParameterRole.Weight
            && spec.Shape.Length == 4))
        {
            var values = parameters[spec.Name].ToArray<float>();
            var expected = Math.Sqrt(2.0 / (spec.Shape[0] * spec.Shape[2] * spec.Shape[3]));
            Assert.Equal(
                expected, Math.Sqrt(values.Average(v => (double)v * v)),
                StandardErrors * expected / Math.Sqrt(2.0 * values.Length));
            Assert.Equal(0, values.Average(v => (double)v), StandardErrors * expected / Math.Sqrt(values.Length));
        }

        foreach (var spec in graph.Parameters.Where(
            spec => spec.Shape.Length == 1 && !spec.Name.StartsWith("fc", StringComparison.Ordinal)))
        {
            var start = spec.Role == ParameterRole.NormWeight
                || spec.Name.EndsWith("running_var", StringComparison.Ordinal) ? 1f : 0f;
            Assert.All(parameters[spec.Name].ToArray<float>(), value => Assert.Equal(start, value));
        }
    }

    [Fact]
    public void The_classifier_of_a_resnet_is_uniform_in_its_fan_in_that_of_vgg_nearly_zero()
    {
        var graph = Models.Build("cifar_resnet20", classes: 100);
        using var resnet = ParameterTable.Initialize(graph, seed: 3);
        foreach (var name in new[] { "fc.weight", "fc.bias" })
        {
            var values = resnet[name].ToArray<float>();
            Assert.All(values, value => Assert.InRange(value, -0.125, 0.125));
            Assert.InRange(values.Max(), 0.11, 0.125);
            Assert.InRange(values.Min(), -0.125, -0.11);
        }

        graph = Models.Build("cifar_vgg16");
        using var vgg = ParameterTable.Initialize(graph, seed: 3);
        var weights = vgg["classifier.weight"].ToArray<float>();
        Assert.Equal(
            0.01, Math.Sqrt(weights.Average(v => (double)v * v)),
            StandardErrors * 0.01 / Math.Sqrt(2.0 * weights.Length));
        Assert.All(vgg["classifier.bias"].ToArray<float>(), value => Assert.Equal(0, value));
    }

    // By hand, in this order: sqrt(2 / (7 * 7 * 3)); sqrt(2 / 64); 1 / sqrt(1024); fan-out, sqrt(2 / (7 * 7 * 64));
    // 1 / sqrt(11 * 11 * 3); sqrt(6 / (7 * 7 * 3)).
    [Theory]
    [InlineData("densenet121", "features.conv0.weight", InitializationKind.Normal, 0.11664236870396087)]
    [InlineData(
        "densenet121", "features.denseblock1.denselayer1.conv1.weight", InitializationKind.Normal, 0.17677669529663687)]
    [InlineData("densenet121", "classifier.weight", InitializationKind.Uniform, 0.03125)]
    [InlineData("densenet121", "classifier.bias", InitializationKind.Constant, 0)]
    [InlineData("resnet50", "conv1.weight", InitializationKind.Normal, 0.02525381361380527)]
    [InlineData("alexnet", "features.0.weight", InitializationKind.Uniform, 0.05248638810814779)]
    [InlineData("squeezenet1_0", "features.0.weight", InitializationKind.Uniform, 0.20203050891044216)]
    [InlineData("squeezenet1_0", "classifier.1.weight", InitializationKind.Normal, 0.01)]
    [InlineData("vgg16", "classifier.6.weight", InitializationKind.Normal, 0.01)]
    [InlineData("googlenet", "inception3a.branch1.conv.weight", InitializationKind.Normal, 0.01)]
    [InlineData("inception_v3", "Mixed_5b.branch1x1.conv.weight", InitializationKind.Normal, 0.1)]
    public void Other_networks_start_as_in_torchvision(
        string name, string parameter, InitializationKind kind, double value)
    {
        var start = Models.Build(name).Parameter(parameter).Initialization;
        Assert.Equal(kind, start.Kind);
        Assert.Equal(value, start.Value, 1e-12);
    }

    // Measured in torchvision's networks; deviations of values that are uniform are their bounds over the root of 3.
    [Theory]
    [InlineData("cifar_vit", "conv_proj.weight", 0.1443)]
    [InlineData("cifar_vit", "encoder.pos_embedding", 0.02)]
    [InlineData("vit_b_32", "encoder.layers.encoder_layer_0.self_attention.in_proj_weight", 0.02552)]
    [InlineData("vit_b_32", "encoder.layers.encoder_layer_0.self_attention.out_proj.weight", 0.02083)]
    [InlineData("vit_b_32", "encoder.layers.encoder_layer_0.mlp.0.weight", 0.02282)]
    [InlineData("vit_b_32", "encoder.layers.encoder_layer_0.mlp.0.bias", 1e-6)]
    [InlineData("vit_b_32", "heads.head.weight", 0)]
    [InlineData("swin_t", "features.0.0.weight", 0.08333)]
    [InlineData("swin_t", "features.0.0.bias", 0.08333)]
    [InlineData("swin_t", "features.1.0.attn.proj.weight", 0.02)]
    [InlineData("swin_t", "features.1.0.attn.relative_position_bias_table", 0.02)]
    [InlineData("swin_t", "features.1.0.mlp.0.bias", 0)]
    [InlineData("swin_v2_t", "features.1.0.attn.cpb_mlp.0.weight", 0.02)]
    [InlineData("swin_v2_t", "features.1.0.attn.cpb_mlp.0.bias", 0)]
    [InlineData("maxvit_t", "blocks.0.layers.0.layers.MBconv.proj.1.weight", 0.02)]
    [InlineData("maxvit_t", "blocks.0.layers.0.layers.window_attention.attn_layer.1.merge.weight", 0.02)]
    public void Transformers_start_as_torchvisions(string name, string parameter, double deviation)
    {
        var graph = Models.Build(name);
        using var parameters = ParameterTable.Initialize(graph, seed: 13);
        var values = parameters[parameter].ToArray<float>();
        Assert.Equal(
            deviation, Math.Sqrt(values.Average(v => (double)v * v)),
            StandardErrors * deviation / Math.Sqrt(2.0 * values.Length));
        Assert.Equal(0, values.Average(v => (double)v), StandardErrors * deviation / Math.Sqrt(values.Length));
    }

    [Fact]
    public void The_same_seed_gives_the_same_network()
    {
        var graph = Models.Build("cifar_resnet20");
        using var a = ParameterTable.Initialize(graph, seed: 5);
        using var b = ParameterTable.Initialize(graph, seed: 5);
        using var c = ParameterTable.Initialize(graph, seed: 6);
        Assert.All(
            graph.Parameters.Where(spec => spec.IsTrainable),
            spec => Assert.Equal(a[spec.Name].ToArray<float>(), b[spec.Name].ToArray<float>()));
        Assert.All(
            graph.Parameters.Where(spec => spec.Initialization.Kind != InitializationKind.Constant),
            spec => Assert.NotEqual(a[spec.Name].ToArray<float>(), c[spec.Name].ToArray<float>()));
    }
}

using System.Text.RegularExpressions;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Formats.Tests;

/// <summary>Weights of other programs' files, whole and pruned.</summary>
[NoTensorLeaks]
public sealed class WeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cifar_resnet20", "weights.pth")]
    [InlineData("cifar_resnet20", "weights.safetensors")]
    [InlineData("cifar_vgg16", "weights.PT")]
    [InlineData("cifar_resnet20_a", "weights.th", "linear")]
    public void The_weights_of_a_cut_network_make_a_zoo_network_the_cut_one(
        string model, string name, string? ignored = null)
    {
        var graph = Models.Build(model);
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        using var pruner = new OneCyclePruner(
            graph, parameters, OneCycleOptions.Paper with { Target = 0.5, Ignore = ignored is null ? [] : [ignored] });
        var plan = CutPlan.Create(pruner.Coupling, pruner.ChoosePartition().Subnetwork);
        using var cut = plan.Apply(parameters);
        Write(_folder.PathOf(name), cut);

        using var network = Load(_folder.PathOf(name), graph, mayNarrow: true);

        Assert.Equal(plan.After.ToString(), network.Graph.ToString());
        Assert.Equal(Outputs(plan.After, cut), Outputs(network));

        Assert.Contains("instead of [", Fails(name, graph, mayNarrow: false), StringComparison.Ordinal);
    }

    [Fact]
    public void A_transformer_of_fewer_channels_is_known_by_its_shapes_where_the_heads_stayed_and_else_not_guessed()
    {
        var graph = Models.Build("cifar_vit", new NetworkInput(3, 16, 16));
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        using var pruner = new OneCyclePruner(
            graph, parameters, OneCycleOptions.Paper with { Ranking = Ranking.PerGroup, Freeze = [GroupKind.Heads] });
        var plan = CutPlan.Create(pruner.Coupling, pruner.ChoosePartition().Subnetwork);
        using var cut = plan.Apply(parameters);
        Write(_folder.PathOf("a.pth"), cut);
        using var network = Load(_folder.PathOf("a.pth"), graph, mayNarrow: true);
        Assert.Equal(plan.After.ToString(), network.Graph.ToString());
        Assert.Equal(Outputs(plan.After, cut), Outputs(network));

        using var headless = new OneCyclePruner(
            graph, parameters, OneCycleOptions.Paper with { Ranking = Ranking.PerGroup });
        var kept = headless.ChoosePartition().Subnetwork;
        using var fewerHeads = CutPlan.Create(headless.Coupling, kept).Apply(parameters);
        Write(_folder.PathOf("b.pth"), fewerHeads);
        Assert.Contains(
            "cannot be known from the parameters' shapes", Fails("b.pth", graph, mayNarrow: true),
            StringComparison.Ordinal);
    }

    [Fact]
    public void On_which_side_of_a_shortcut_zeros_are_missing_is_not_guessed()
    {
        var graph = Models.Build("cifar_resnet20_a");
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        using var pruner = new OneCyclePruner(graph, parameters, OneCycleOptions.Paper with { Target = 0.5 });
        var plan = CutPlan.Create(pruner.Coupling, pruner.ChoosePartition().Subnetwork);
        using var cut = plan.Apply(parameters);
        Write(_folder.PathOf("a.th"), cut);

        Assert.EndsWith(
            "nor are they of a narrower one: Node 'layer2.0.shortcut.pad': which of its channels of zeros stay "
                + "cannot be known from the "
            + "parameters' shapes); give the network that they were trained for.",
            Fails("a.th", graph, mayNarrow: true),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Names_with_the_prefix_of_several_devices_and_without_counters_are_the_same_weights()
    {
        var graph = Models.Build("cifar_resnet8");
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        var bare = parameters.Names.Where(name => graph.Parameter(name).Role != ParameterRole.Counter)
            .Select(name => KeyValuePair.Create($"module.{name}", parameters[name])).ToList();
        PyTorchFile.Write(_folder.PathOf("a.th"), bare);
        SafetensorsFile.Write(_folder.PathOf("a.safetensors"), bare);

        foreach (var name in new[] { "a.th", "a.safetensors" })
        {
            using var network = Load(_folder.PathOf(name), graph, mayNarrow: false);
            Assert.Equal(Outputs(graph, parameters), Outputs(network));
            Assert.Equal([0L], network.Parameters["bn1.num_batches_tracked"].ToArray<long>());
        }
    }

    // relative_position_index is in every file of a Swin Transformer, linear_1 and linear_2 are in torchvision's of
    // vision transformers.
    [Theory]
    [InlineData("cifar_vit", 1)]
    [InlineData("swin_t", 12)]
    public void Names_that_torchvision_publishes_are_understood(string model, int tables)
    {
        var graph = Models.Build(model, new NetworkInput(3, 32, 32), classes: 4);
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        using var index = Tensor.Zeros([49 * 49], DType.Int64);
        SafetensorsFile.Write(
            _folder.PathOf("a.safetensors"),
            [
                .. parameters.Names.Select(name => KeyValuePair.Create(
                    model == "swin_t"
                        ? name
                        : name.Replace("mlp.0.", "mlp.linear_1.").Replace("mlp.3.", "mlp.linear_2."),
                    parameters[name])),
                .. Enumerable.Range(0, tables).Select(block =>
                    KeyValuePair.Create($"features.1.{block}.attn.relative_position_index", index)),
            ]);

        using var network = Load(_folder.PathOf("a.safetensors"), graph, mayNarrow: false);

        Assert.Same(graph, network.Graph);
        Assert.All(
            parameters.Names,
            name => Assert.Equal(parameters[name].ToArray<float>(), network.Parameters[name].ToArray<float>()));
    }

    // As in the published files of DenseNet and GoogLeNet.
    [Theory]
    [InlineData("densenet121", 32)]
    [InlineData("googlenet", 64)]
    public void Old_names_of_dense_blocks_and_heads_that_only_training_uses_are_too(string model, int size)
    {
        var graph = Models.Build(model, new NetworkInput(3, size, size), classes: 4);
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        using var head = Tensor.Zeros([3]);
        SafetensorsFile.Write(
            _folder.PathOf("a.safetensors"),
            [
                .. parameters.Names.Select(name => KeyValuePair.Create(
                    Regex.Replace(name, @"(denselayer\d+\.(?:norm|conv))([12])", "$1.$2"), parameters[name])),
                KeyValuePair.Create("aux1.fc1.bias", head),
            ]);

        using var network = Load(_folder.PathOf("a.safetensors"), graph, mayNarrow: false);

        Assert.Equal(Outputs(graph, parameters), Outputs(network));
    }

    [Fact]
    public void Half_precision_becomes_floats_and_integers_are_refused()
    {
        var graph = Models.Build("cifar_resnet8");
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        Convert(DType.Float16);
        using var network = Load(_folder.PathOf("a.pth"), graph, mayNarrow: true);
        Assert.Equal(DType.Float32, network.Parameters["fc.weight"].DType);

        Convert(DType.Int32);
        Assert.Contains(
            "'conv1.weight' holds Int32 instead of Float32, ", Fails("a.pth", graph, mayNarrow: true),
            StringComparison.Ordinal);

        void Convert(DType dtype)
        {
            var converted = parameters.Names.Where(name => graph.Parameter(name).Role != ParameterRole.Counter)
                .Select(name => KeyValuePair.Create(name, parameters[name].To(dtype))).ToList();
            PyTorchFile.Write(_folder.PathOf("a.pth"), converted);
            converted.ForEach(pair => pair.Value.Dispose());
        }
    }

    [Fact]
    public void A_new_classifier_is_drawn_and_everything_else_is_the_files()
    {
        var hundred = Models.Build("cifar_resnet8", classes: 100);
        var graph = Models.Build("cifar_resnet8");
        using var parameters = ParameterTable.Initialize(hundred, seed: 3);
        Write(_folder.PathOf("a.safetensors"), parameters);

        using var network =
            Weights.Load(_folder.PathOf("a.safetensors"), graph, new() { NewClassifier = true, Seed = 4 }).Network;
        var weights = network.Parameters;

        Assert.Same(graph, network.Graph);
        foreach (var name in weights.Names.Where(name => graph.Parameter(name).Role != ParameterRole.Counter
            && !name.StartsWith("fc", StringComparison.Ordinal)))
        {
            Assert.Equal(parameters[name].ToArray<float>(), weights[name].ToArray<float>());
        }

        // Uniform in ±1/8: 640 numbers, no two equal, none of them the file's.
        var drawn = weights["fc.weight"].ToArray<float>();
        Assert.Equal(640, drawn.Distinct().Count());
        Assert.All(drawn, value => Assert.InRange(Math.Abs(value), 0, 0.125));
        Assert.Empty(drawn.Intersect(parameters["fc.weight"].ToArray<float>()));
        Assert.True(weights["fc.weight"].RequiresGrad);
    }

    private static void Write(string path, ParameterTable parameters)
    {
        if (path.EndsWith(".safetensors", StringComparison.Ordinal))
        {
            SafetensorsFile.Write(path, parameters);
        }
        else
        {
            PyTorchFile.Write(path, parameters);
        }
    }

    private static float[] Outputs(Graph graph, ParameterTable parameters)
    {
        using var _ = Autograd.NoGrad();
        TorchRuntime.Seed(1);
        using var images = Tensor.Empty([2, .. graph.InputNodes.Single().Shape.AsSpan()[1..]]);
        Aten.NormalInPlace(images);
        using var output = new Executor(graph, parameters).Forward(images, training: false);
        return output.ToArray<float>();
    }

    private static float[] Outputs(Network network) => Outputs(network.Graph, network.Parameters);

    private static Network Load(string path, Graph graph, bool mayNarrow) =>
        Weights.Load(path, graph, new() { AllowNarrower = mayNarrow }).Network;

    private string Fails(string name, Graph graph, bool mayNarrow) =>
        Assert.Throws<OcsInputException>(() => Load(_folder.PathOf(name), graph, mayNarrow)).Message;
}

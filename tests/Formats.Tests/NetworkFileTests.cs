using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Formats.Tests;

/// <summary>Networks by name, loaded and saved.</summary>
[NoTensorLeaks]
public sealed class NetworkFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PythonFact("torchvision")]
    public void A_zoo_network_with_the_weights_of_torchvision_computes_what_torchvision_computes()
    {
        (string, string)[] networks = [("resnet18", ""), ("mobilenet_v2", "state_dict"), ("densenet121", "old")];
        foreach (var (model, form) in networks)
        {
            var (path, numbers) = (_folder.PathOf($"{model}.pth"), _folder.PathOf(model));
            var script = Path.Combine(AppContext.BaseDirectory, "PyTorch/write_torchvision.py");
            var (code, said) = Python.Run(script, model, path, numbers, form);
            Assert.True(code == 0, said);
            using var images = Tensor.FromArray(Floats($"{numbers}.input"), [2, 3, 64, 64]);
            using var expected = Tensor.FromArray(Floats($"{numbers}.output"), [2, 1000]);

            using var network = Network.Load(model, weights: path, inputShape: [3, 64, 64]);
            using var actual = network.Forward(images);

            Tensors.AssertClose(expected, actual, 1e-5);
        }
    }

    [Theory]
    [InlineData("a.ocs")]
    [InlineData("a.onnx")]
    [InlineData("a.OCS")]
    public void A_saved_network_is_loaded_as_it_was(string name)
    {
        using var network = Network.Load("cifar_resnet8", options: new() { Seed = 3 });
        network.Save(_folder.PathOf(name));

        using var loaded = Network.Load(_folder.PathOf(name), classes: 10, inputShape: [3, 32, 32]);

        Assert.Equal((network.Macs, network.ParameterCount), (loaded.Macs, loaded.ParameterCount));
        Assert.Equal(Output(network), Output(loaded));
    }

    [Fact]
    public void A_record_of_a_cut_is_saved_and_loaded()
    {
        var record = new PruningRecord
        {
            OriginalModel = "resnet8",
            Groups = [new(0, "conv1", 4, [0, 2])],
            MacsBefore = 20,
            MacsAfter = 10,
            ParametersBefore = 8,
            ParametersAfter = 4,
            Target = 0.5,
        };
        var graph = Models.Build("cifar_resnet8");
        using var network = new Network(graph, ParameterTable.Initialize(graph, seed: 0), record);
        network.Save(_folder.PathOf("a.ocs"));
        network.Save(_folder.PathOf("a.pth"));

        using var alone = Network.Load(_folder.PathOf("a.ocs"));
        using var weighted = Network.Load(_folder.PathOf("a.ocs"), _folder.PathOf("a.pth"));
        using var renewed = Network.Load(_folder.PathOf("a.ocs"), options: new() { NewClassifier = true });

        Assert.All([alone, weighted, renewed], loaded =>
        {
            Assert.Equal(("resnet8", 0.5), (loaded.Record!.OriginalModel, loaded.Record.Target));
            Assert.Equal([0, 2], loaded.Record.Groups[0].Kept.ToArray());
        });
    }

    [Theory]
    [InlineData("a.safetensors")]
    [InlineData("a.pth")]
    [InlineData("a.pt")]
    [InlineData("a.th")]
    public void Weights_alone_are_saved_for_the_zoo_network_that_they_are_of(string name)
    {
        using var network = Network.Load(
            "cifar_resnet8", classes: 7, inputShape: [1, 20, 24], options: new() { Seed = 3 });
        network.Save(_folder.PathOf(name));

        using var loaded = Network.Load("CIFAR_ResNet8", _folder.PathOf(name), classes: 7, inputShape: [1, 20, 24]);

        Compare.Same(network.Parameters, loaded.Parameters);
        Assert.Equal(Output(network), Output(loaded));
        var error = Assert.Throws<OcsInputException>(() => Network.Load(_folder.PathOf(name)).Dispose());
        Assert.EndsWith(
            $"or name the zoo network that the weights are for, with `weights` {_folder.PathOf(name)}.",
            error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_weights_they_are_drawn_from_the_seed()
    {
        using var one = Network.Load("cifar_resnet8", options: new() { Seed = 3 });
        using var expected = ParameterTable.Initialize(Models.Build("cifar_resnet8"), seed: 3);
        using var other = Network.Load("cifar_resnet8");

        Compare.Same(expected, one.Parameters);
        Assert.NotEqual(one.Parameters["fc.weight"].ToArray<float>(), other.Parameters["fc.weight"].ToArray<float>());
    }

    [Theory]
    [InlineData("a.onnx")]
    [InlineData("a.ocs")]
    public void A_file_of_other_classes_gets_a_new_classifier_where_that_is_asked_for(string name)
    {
        using var network = Network.Load("cifar_resnet8", options: new() { Seed = 3 });
        network.Save(_folder.PathOf(name));

        using var four = Network.Load(
            _folder.PathOf(name), classes: 4, options: new() { NewClassifier = true, Seed = 5 });

        Assert.Equal([1L, 4L], four.Graph.Nodes[four.Graph.Outputs[0]].Shape.ToArray());
        Assert.Equal(64 * (10 - 4), network.Macs - four.Macs);
        Compare.Same(network.Parameters["conv1.weight"], four.Parameters["conv1.weight"]);
        Fails(
            $"{_folder.PathOf(name)} has 10 classes, but 4 were asked for; leave `classes` out, or start "
                + "with a new classifier by `WeightsOptions.NewClassifier`.",
            () => Network.Load(_folder.PathOf(name), classes: 4));
    }

    [Theory]
    [InlineData("a.ocs")]
    [InlineData("cifar_resnet8")]
    public void So_does_a_network_with_a_file_of_weights_of_other_classes(string model)
    {
        using var network = Network.Load("cifar_resnet8", options: new() { Seed = 3 });
        network.Save(_folder.PathOf("a.ocs"));
        network.Save(_folder.PathOf("a.pth"));
        var renewed = new WeightsOptions { NewClassifier = true, Seed = 5 };

        using var four = Network.Load(
            model == "a.ocs" ? _folder.PathOf(model) : model, _folder.PathOf("a.pth"), classes: 4, options: renewed);

        Compare.Same(network.Parameters["conv1.weight"], four.Parameters["conv1.weight"]);
        using var drawn = ParameterTable.Initialize(Models.Build("cifar_resnet8", classes: 4), seed: 5);
        Compare.Same(drawn["fc.weight"], four.Parameters["fc.weight"]);
    }

    [Fact]
    public void A_network_of_a_file_keeps_its_channels()
    {
        using var network = Network.Load("cifar_resnet8");
        network.Save(_folder.PathOf("a.ocs"));
        var narrow = network.Parameters.Names.Select(name => KeyValuePair.Create(name, Half(name))).ToList();
        PyTorchFile.Write(_folder.PathOf("a.pth"), narrow);
        narrow.ForEach(pair => pair.Value.Dispose());

        using var half = Network.Load("cifar_resnet8", _folder.PathOf("a.pth"));

        Assert.Equal(8, half.Parameters["layer1.0.conv1.weight"].Shape[0]);
        Assert.InRange(half.Macs, network.Macs / 2, network.Macs - 1);
        Fails(
            "[8, 16, 3, 3] instead of [16, 16, 3, 3]",
            () => Network.Load(_folder.PathOf("a.ocs"), _folder.PathOf("a.pth")));

        // The inner channels of the first block: 8 of 16.
        Tensor Half(string name)
        {
            using var whole = network.Parameters[name].Detach();
            var dimension = name == "layer1.0.conv2.weight" ? 1 : 0;
            var isInner = name is "layer1.0.conv1.weight" or "layer1.0.conv2.weight"
                || name.StartsWith("layer1.0.bn1", StringComparison.Ordinal);
            return isInner && whole.Rank > 0
                ? Aten.Narrow(whole, dimension, 0, 8)
                : whole.Clone();
        }
    }

    [Fact]
    public void Remarks_of_a_file_of_weights_are_given_to_who_asks()
    {
        using var network = Network.Load("cifar_resnet8");
        using var loss = Tensor.Zeros([1]);
        PyTorchFile.Write(
            _folder.PathOf("a.pth"),
            [
                .. network.Parameters.Names.Select(name => KeyValuePair.Create(name, network.Parameters[name])),
                new("criterion.weight", loss),
            ]);
        var remarks = new List<string>();

        using var loaded = Network.Load("cifar_resnet8", _folder.PathOf("a.pth"), remarks: remarks);

        Assert.Equal(
            [$"{_folder.PathOf("a.pth")} holds 1 value that is not a weight of 'cifar_resnet8'; ignored: "
                + "'criterion.weight'."],
            remarks);
    }

    [Fact]
    public void What_does_not_fit_together_is_one_sentence_without_the_words_of_a_command_line()
    {
        using var network = Network.Load("cifar_resnet8");
        var (ocs, pth, text) = (_folder.PathOf("a.ocs"), _folder.PathOf("a.pth"), _folder.PathOf("a.txt"));
        network.Save(ocs);
        network.Save(pth);
        File.WriteAllText(text, "hello");

        Fails("did you mean 'cifar_resnet8'?", () => Network.Load("cifar_resnet9"));
        Fails("nowhere.ocs could not be read", () => Network.Load(_folder.PathOf("nowhere.ocs")));
        Fails("nowhere.pth could not be read", () => Network.Load("cifar_resnet8", _folder.PathOf("nowhere.pth")));
        Fails("[3, 224, 224] for example, but is [3, 32].", () => Network.Load("cifar_resnet8", inputShape: [3, 32]));
        Fails(
            "[3, 224, 224] for example, but is [3, 0, 4].", () => Network.Load("cifar_resnet8", inputShape: [3, 0, 4]));
        Fails(
            $"{ocs} takes [3, 32, 32], but inputShape is [3, 8, 8]; leave it out.",
            () => Network.Load(ocs, inputShape: [3, 8, 8]));
        Fails("needs at least 2 classes, but 1 was asked for.", () => Network.Load("cifar_resnet8", classes: 1));
        Fails(
            $"{text} is not an .ocs file; give one that `Network.Save` wrote, an .onnx file, or a name of "
                + "the zoo (`Models.All` lists them).",
            () => Network.Load(text));
        Fails(
            "); give the network that they were trained for, or start with a new classifier by "
                + "`WeightsOptions.NewClassifier`.",
            () => Network.Load("cifar_resnet8", pth, classes: 4));
    }

    [Theory]
    [InlineData("a.txt")]
    [InlineData("a")]
    [InlineData("a.pth.tar")]
    public void An_ending_that_says_nothing_is_refused(string name)
    {
        using var network = Network.Load("cifar_resnet8");

        var error = Assert.Throws<OcsInputException>(() => network.Save(_folder.PathOf(name)));

        Assert.EndsWith(
            "has an unknown extension: give a name that ends in .ocs, .onnx, .safetensors or .pth.",
            error.Message,
            StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.PathOf(name)));
    }

    private static void Fails(string said, Func<Network> load)
    {
        var error = Assert.Throws<OcsInputException>(() => load().Dispose());
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("--", error.Message, StringComparison.Ordinal);
    }

    private static float[] Floats(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var floats = new float[bytes.Length / sizeof(float)];
        Buffer.BlockCopy(bytes, 0, floats, 0, bytes.Length);
        return floats;
    }

    private static float[] Output(Network network)
    {
        using var _ = Autograd.NoGrad();
        var shape = network.Graph.InputNodes.Single().Shape.SetItem(0, 2);
        var count = (int)shape.Aggregate(1L, (product, size) => product * size);
        using var images = Tensor.FromArray(
            [.. Enumerable.Range(0, count).Select(index => MathF.Sin(index))], shape.AsSpan());
        using var output = network.Forward(images);
        return output.ToArray<float>();
    }
}

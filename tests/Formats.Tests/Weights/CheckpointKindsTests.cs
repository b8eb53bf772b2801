using System.Text;
using Ocs.Formats.Tests.PyTorch;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Formats.Tests;

/// <summary>
/// The kinds of checkpoints that people have: one network's weights, put away as training programs do it.
/// </summary>
[NoTensorLeaks]
public sealed class CheckpointKindsTests : IDisposable
{
    private static readonly WeightsOptions Exactly = new() { AllowNarrower = false };

    private readonly TemporaryFolder _folder = new();
    private readonly Graph _graph = Models.Build("cifar_resnet8");
    private readonly ParameterTable _weights;

    public CheckpointKindsTests() => _weights = ParameterTable.Initialize(_graph, seed: 3);

    public void Dispose()
    {
        _weights.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("state_dict/")]
    [InlineData("model/")]
    [InlineData("model_state_dict/")]
    [InlineData("net/")]
    [InlineData("network/")]
    [InlineData("params/")]
    [InlineData("weights/")]
    [InlineData("module/")]
    [InlineData("model/state_dict/")]
    [InlineData("state_dict_ema/")]
    [InlineData("model_ema/module.")]
    [InlineData("params_ema/")]
    [InlineData("ema/")]
    [InlineData("ema_model/")]
    [InlineData("resnet8/")]
    [InlineData("module.")]
    [InlineData("net.")]
    [InlineData("model.")]
    [InlineData("backbone.")]
    [InlineData("encoder.")]
    [InlineData("_orig_mod.")]
    [InlineData("module._orig_mod.")]
    [InlineData("_orig_mod.module.")]
    [InlineData("state_dict/model.")]
    [InlineData("state_dict/module.model.backbone.")]
    [InlineData("model/_orig_mod.net.")]
    public void Weights_are_found_under_any_usual_key_and_prefix(string place)
    {
        Write("a.pth", CheckpointBytes.Of(At(place)));
        Assert.Empty(Reads("a.pth"));
    }

    [Theory]
    [InlineData("total_ops", "layer1.0.total_ops", "bn1.total_params")]
    [InlineData("n_averaged", "n_averaged")]
    [InlineData("criterion", "criterion.weight")]
    [InlineData("loss", "loss_fn.weight", "loss.centers")]
    [InlineData("ema", "ema_decay", "ema_model.conv1.weight")]
    [InlineData("batches", "num_batches_tracked")]
    public void What_is_no_weight_of_the_network_is_left_out_and_told(string kind, params string[] names)
    {
        _ = kind;
        foreach (var prefix in new[] { "", "model." })
        {
            using var value = Tensor.FromArray([1f], [1]);
            Write("a.pth", CheckpointBytes.Of([
                .. At($"state_dict/{prefix}"), .. names.Select(name => ($"state_dict/{prefix}{name}", value))]));
            var told = Assert.Single(Reads("a.pth"));
            Assert.Contains($"holds {names.Length} value", told, StringComparison.Ordinal);
            Assert.Contains($"'{names[0]}'", told, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_lies_outside_the_prefix_is_left_out_and_told()
    {
        using var value = Tensor.FromArray([1f], [1]);
        Write("a.pth", CheckpointBytes.Of(
        [
            .. At("state_dict/model."), ("state_dict/projector.0.weight", value), ("state_dict/normalizer.mean", value),
        ]));
        Assert.Contains(
            "holds 2 values that are not weights of 'cifar_resnet8'; ignored: 'projector.0.weight', 'normalizer.mean'.",
            Assert.Single(Reads("a.pth")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_classifier_beside_the_network_is_found()
    {
        Write("a.pth", CheckpointBytes.Of([
            .. At("state_dict/backbone.").Where(pair => !pair.Path.Contains("fc", StringComparison.Ordinal)),
            .. At("state_dict/head.").Where(pair => pair.Path.Contains("fc", StringComparison.Ordinal))]));
        Assert.Contains(
            "'head.fc.weight', 'head.fc.bias' elsewhere", Assert.Single(Reads("a.pth")), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_lack_and_layers_that_the_network_has_not_are_errors_with_their_names()
    {
        using var value = Tensor.FromArray([1f], [1]);
        Write("a.pth", CheckpointBytes.Of([
            .. At("model.").Where(pair => !pair.Path.Contains("layer2.0.conv", StringComparison.Ordinal))]));
        Assert.Contains(
            "missing: 'layer2.0.conv1.weight', 'layer2.0.conv2.weight')", Fails("a.pth"), StringComparison.Ordinal);
        Write("b.pth", CheckpointBytes.Of([.. At("model."), ("model.layer1.7.conv1.weight", value)]));
        Assert.Contains("unexpected: 'layer1.7.conv1.weight')", Fails("b.pth"), StringComparison.Ordinal);
        Write("c.pth", CheckpointBytes.Of([("optimizer/x", value), ("epoch_of.best", value)]));
        Assert.Contains("missing: 'conv1.weight'", Fails("c.pth"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state_dict/", "state_dict_ema/", "state_dict_ema")]
    [InlineData("model/", "model_ema/module.", "model_ema")]
    [InlineData("params/", "params_ema/", "params_ema")]
    [InlineData("student.", "teacher.", "teacher")]
    [InlineData("state_dict/model.", "state_dict/ema_model.", "ema_model")]
    [InlineData("", "ema.", "ema")]
    public void Of_trained_and_averaged_weights_the_trained_are_taken_unless_a_key_says_otherwise(
        string trained, string averaged, string key)
    {
        using var other = ParameterTable.Initialize(_graph, seed: 4);
        Write("a.pth", CheckpointBytes.Of([.. At(averaged, other), .. At(trained)]));
        Assert.Contains($"a.pth:{key} takes", Reads("a.pth")[0], StringComparison.Ordinal);
        Reads($"a.pth:{key}", other);
        Assert.Contains(
            "holds no tensors under 'teecher', ", Fails("a.pth:teecher"), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_dictionaries_none_is_guessed()
    {
        using var other = ParameterTable.Initialize(_graph, seed: 4);
        Write("a.pth", CheckpointBytes.Of([.. At("generator/"), .. At("discriminator/", other)]));
        Assert.Contains(
            "it holds tensors under 'generator', 'discriminator'; choose one by FILE:KEY", Fails("a.pth"),
            StringComparison.Ordinal);
        Reads("a.pth:discriminator", other);
    }

    [Theory]
    [InlineData("a.ckpt")]
    [InlineData("pytorch_model.bin")]
    [InlineData("model_best.pth.tar")]
    [InlineData("a.pkl")]
    [InlineData("a.th")]
    [InlineData("a.safetensors")]
    [InlineData("weights")]
    [InlineData("a:b.pth")]
    public void A_file_is_known_by_its_bytes_whatever_its_name(string name)
    {
        Write(name, CheckpointBytes.Of(At("module.")));
        Assert.Empty(Reads(name));
        SafetensorsFile.Write(
            _folder.PathOf(name), [.. At("net.").Select(pair => KeyValuePair.Create(pair.Path, pair.Tensor))]);
        Assert.Empty(Reads(name));
        OcsFile.Write(_folder.PathOf(name), _graph, _weights);
        Assert.Empty(Reads(name));
        Write(name, TorchSharpBytes());
        Assert.Empty(Reads(name));
    }

    [Theory]
    [InlineData("\u0089HDF\r\n", "an HDF5 file, as Keras writes them")]
    [InlineData("\u0093NUMPY", "a NumPy array")]
    [InlineData("\u001f\u008b\u0008\0", "compressed by gzip")]
    [InlineData("hello", "not a file of weights by its first bytes")]
    [InlineData("\u0080\u0004K\u0001.", "neither a zip archive nor begins with PyTorch's magic number")]
    public void A_file_of_another_kind_is_named(string start, string told)
    {
        Write("a.pth", [.. Encoding.Latin1.GetBytes(start), .. new byte[20]]);
        Assert.Contains(told, Fails("a.pth"), StringComparison.Ordinal);
    }

    private List<(string Path, Tensor Tensor)> At(string place, ParameterTable? weights = null) =>
        [.. (weights ?? _weights).Names.Select(name => ($"{place}{name}", (weights ?? _weights)[name]))];

    private IReadOnlyList<string> Reads(string name, ParameterTable? expected = null)
    {
        var (network, remarks) = Weights.Load(_folder.PathOf(name), _graph, Exactly);
        using (network)
        {
            Assert.All(
                _weights.Names.Where(parameter => _graph.Parameter(parameter).Role != ParameterRole.Counter),
                parameter => Assert.Equal(
                    (expected ?? _weights)[parameter].ToArray<float>(),
                    network.Parameters[parameter].ToArray<float>()));
        }

        return remarks;
    }

    private string Fails(string name) =>
        Assert.Throws<OcsInputException>(() => Weights.Load(_folder.PathOf(name), _graph, Exactly)).Message;

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(_folder.PathOf(name), bytes);

    // A number, then names, types, shapes and elements; whole numbers in LEB128.
    private byte[] TorchSharpBytes()
    {
        var bytes = new List<byte>();
        Number(_weights.Names.Count);
        foreach (var name in _weights.Names)
        {
            var tensor = _weights[name];
            Number(name.Length);
            bytes.AddRange(Encoding.UTF8.GetBytes(name));
            Number((int)tensor.DType);
            Number(tensor.Rank);
            tensor.Shape.ToArray().ToList().ForEach(Number);
            bytes.AddRange(CheckpointBytes.Of(tensor));
        }

        return [.. bytes];

        void Number(long number)
        {
            for (; number > 0x7F; number >>= 7)
            {
                bytes.Add((byte)(number | 0x80));
            }

            bytes.Add((byte)number);
        }
    }
}

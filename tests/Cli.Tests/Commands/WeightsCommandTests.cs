using Ocs.Formats;
using Ocs.Formats.Tests.PyTorch;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Cli.Tests.Commands;

/// <summary>What commands make of files of weights.</summary>
[NoTensorLeaks]
public sealed class WeightsCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Network _network = Network.Initialize(Models.Build("cifar_resnet8"), seed: 3);

    public void Dispose()
    {
        _network.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("prune", "--target", "0.5")]
    public void Weights_alone_are_no_network_and_the_sentence_says_what_to_do(string command, params string[] options)
    {
        _network.Save(_folder.PathOf("a.pth"));
        Assert.Contains(
            "a.pth holds weights only, without a network",
            CommandLine.Fails([command, _folder.PathOf("a.pth"), .. options]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_left_out_is_said_by_commands()
    {
        using var value = Tensor.FromArray([1f], [1]);
        File.WriteAllBytes(
            _folder.PathOf("a.ckpt"),
            CheckpointBytes.Of(
                [.. At("state_dict/net."), .. At("state_dict_ema/net."), ("state_dict/criterion.weight", value)]));
        var ran = CommandLine.Run("inspect", "cifar_resnet8", "--weights", _folder.PathOf("a.ckpt"));
        Assert.Equal(0, ran.Code);
        Assert.Contains("'state_dict' was taken", ran.Error, StringComparison.Ordinal);
        Assert.Contains("ignored: 'criterion.weight'", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_without_a_new_classifier_name_the_one_that_gives_it()
    {
        _network.Save(_folder.PathOf("a.pth"));

        var said = CommandLine.Fails(
            "inspect", "cifar_resnet8", "--classes", "4", "--weights", _folder.PathOf("a.pth"));

        Assert.EndsWith(
            "give the network that they were trained for, or start with a new classifier by `ocs train "
                + "--reset-classifier` (reset-classifier: true).", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pruned_network_reaches_every_command_through_a_PyTorch_file()
    {
        var (network, weights, copy) =
            (_folder.PathOf("network.ocs"), _folder.PathOf("weights.pth"), _folder.PathOf("copy.ocs"));
        CommandLine.Run("prune", "cifar_resnet8", "--input-channels", "1", "--target", "0.3", "--out", network);
        Assert.Equal(0, CommandLine.Run("export", network, "--pytorch", weights).Code);
        string[] zoo = ["cifar_resnet8", "--weights", weights];

        Assert.Equal(Macs("inspect", network), Macs(["inspect", .. zoo, "--input-channels", "1"]));
        Assert.Equal(Loss(network), Loss(zoo));
        Assert.Equal(
            0, CommandLine.Run(["prune", .. zoo, "--input-channels", "1", "--target", "0.3", "--out", copy]).Code);
        Assert.True(Macs("inspect", copy) < Macs("inspect", network));
        Assert.Equal(0, CommandLine.Run([
            "export", .. zoo, "--input-channels", "1", "--safetensors", _folder.PathOf("again.safetensors")]).Code);
        Assert.Equal(Loss(network), Loss("cifar_resnet8", "--weights", _folder.PathOf("again.safetensors")));
    }

    private List<(string Path, Tensor Tensor)> At(string place) =>
        [.. _network.Parameters.Names.Select(name => ($"{place}{name}", _network.Parameters[name]))];

    private static long Macs(params string[] arguments) =>
        CommandLine.Run([.. arguments, "--json"]).Json.GetProperty("macs").GetInt64();

    private static double Loss(params string[] model) => CommandLine
        .Run(["eval", .. model, "--data", "fashion-mnist", "--data-limit", "64", "--json"]).Json.GetProperty("loss")
        .GetDouble();
}

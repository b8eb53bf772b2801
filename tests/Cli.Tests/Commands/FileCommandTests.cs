using System.Text.Json;
using Ocs.Testing;

namespace Ocs.Cli.Tests.Commands;

/// <summary>`ocs prune`, `ocs export` and `ocs eval` on files.</summary>
[NoTensorLeaks]
public sealed class FileCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Prune_writes_a_smaller_network_and_says_what_left()
    {
        var file = _folder.PathOf("small.ocs");

        var pruned = CommandLine.Run("prune", "cifar_resnet8", "--input-channels", "1", "--target", "0.5", "--out", file, "--json").Json;

        Assert.Equal(
            ["model", "target", "macs_before", "macs_after", "parameters_before", "parameters_after", "groups", "gate", "out"], Names(pruned));
        Assert.True(pruned.GetProperty("macs_after").GetInt64() <= 0.5 * pruned.GetProperty("macs_before").GetInt64());
        Assert.All(pruned.GetProperty("groups").EnumerateArray(), group => Assert.Equal(["id", "channels", "kept"], Names(group)));
        Assert.True(pruned.GetProperty("gate").GetProperty("passed").GetBoolean());
        var inspected = CommandLine.Run("inspect", file, "--json").Json;
        Assert.Equal(pruned.GetProperty("macs_after").GetInt64(), inspected.GetProperty("macs").GetInt64());
    }

    [Fact]
    public void Eval_states_the_names_that_scripts_rely_on()
    {
        var evaluated = CommandLine.Run("eval", "cifar_resnet8", "--data", "fashion-mnist", "--data-limit", "64", "--json").Json;

        Assert.Equal(["model", "data", "samples", "accuracy", "loss", "macs", "parameters", "images_per_second"], Names(evaluated));
        Assert.Equal(64, evaluated.GetProperty("samples").GetInt32());
        Assert.InRange(evaluated.GetProperty("accuracy").GetDouble(), 0, 1);
    }

    [Fact]
    public void Exported_weights_give_the_same_network_again()
    {
        var network = _folder.PathOf("network.ocs");
        var weights = _folder.PathOf("weights.safetensors");
        var onnx = _folder.PathOf("network.onnx");
        CommandLine.Run("prune", "cifar_resnet8", "--input-channels", "1", "--target", "0.3", "--out", network);

        var exported = CommandLine.Run("export", network, "--safetensors", weights, "--onnx", onnx, "--json");

        Assert.Equal([onnx, weights], exported.Json.GetProperty("files").EnumerateArray().Select(file => file.GetString()));
        Assert.True(new FileInfo(onnx).Length > 0);
        Assert.Equal(Loss(network), Loss(network, "--weights", weights));
        Assert.Equal(Loss(network), Loss(network, "--weights", network));
    }

    private static double Loss(string model, params string[] more) => CommandLine
        .Run(["eval", model, "--data", "fashion-mnist", "--data-limit", "64", "--json", .. more]).Json.GetProperty("loss").GetDouble();

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(property => property.Name);
}

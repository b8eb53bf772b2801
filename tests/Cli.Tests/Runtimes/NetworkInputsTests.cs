using Ocs.Cli.Runtimes;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.Zoo;

namespace Ocs.Cli.Tests.Runtimes;

public sealed class NetworkInputsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_network_of_texts_gets_tokens_of_its_vocabulary()
    {
        using var network = new TorchNetwork(
            "gpt", Network.Initialize(Models.Build("gpt_nano", NetworkInput.Sequence(16), classes: 20)));
        var tokens = Assert.Single(NetworkInputs.Random([network], batch: 16, seed: 1));

        Assert.Equal(ElementType.Int64, tokens.Type);
        Assert.Equal([16L, 16], tokens.Shape.ToArray());
        Assert.Equal(Enumerable.Range(0, 20).Select(token => (long)token), tokens.As<long>().Distinct().Order());
        using var run = network.Prepare(NetworkInputs.As(network, [tokens]));
        run.Execute();
        Assert.Equal([16L, 16, 20], run.Read().Single().Shape.ToArray());
    }

    [Fact]
    public void A_network_of_texts_is_exported_for_any_batch_and_verified()
    {
        var path = _folder.PathOf("gpt.onnx");
        var exported = CommandLine.Run("export", "gpt_nano", "--onnx", path, "--json");
        Assert.True(exported.Error.Contains("computes under ONNX Runtime", StringComparison.Ordinal), exported.Error);
        var verified = CommandLine.Run("verify", path, "--batch", "3");
        Assert.True(verified.Code == 0, verified.Error);
    }
}

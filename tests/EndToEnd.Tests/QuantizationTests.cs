using Ocs.Cli.Tests;

namespace Ocs.EndToEnd.Tests;

/// <summary>From a training to an int8 file: what it costs in accuracy.</summary>
[NoTensorLeaks]
public sealed class QuantizationTests : IDisposable
{
    private const string Config = """
        model: cifar_resnet8
        data: fashion-mnist
        data-limit: 2000
        seed: 1
        training: { epochs: 3, batch-size: 64, learning-rate: 0.05, layout: contiguous, padding: never }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("min-max")]
    [InlineData("percentile")]
    [InlineData("entropy")]
    public void A_trained_network_keeps_its_accuracy(string calibration)
    {
        var (run, int8) = (_folder.PathOf("run"), _folder.PathOf("int8.onnx"));
        Assert.Equal(0, CommandLine.Run("baseline", _folder.Write("run.yaml", Config), "--out", run).Code);
        var network = Path.Combine(run, "model.ocs");

        Assert.Equal(0, CommandLine.Run("quantize", network, "--out", int8, "--calibration", calibration).Code);

        var before = Accuracy(network);
        Assert.True(before > 0.6, $"{before}");
        Assert.InRange(Accuracy(int8) - before, -0.01, 0.01);
    }

    private static double Accuracy(string file) => CommandLine.Run(
        "eval", file, "--data", "fashion-mnist", "--data-limit", "2000",
        "--json").Json.GetProperty("accuracy").GetDouble();
}

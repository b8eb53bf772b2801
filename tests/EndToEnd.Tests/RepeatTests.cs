using Ocs.Cli.Tests;

namespace Ocs.EndToEnd.Tests;

/// <summary>`ocs train --repeat`.</summary>
[NoTensorLeaks]
public sealed class RepeatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Seeds_are_run_one_after_the_other_and_a_stop_is_gone_on_from()
    {
        var runs = _folder.PathOf("runs");
        var config = _folder.Write("run.yaml", """
            model: cifar_resnet8
            data: fashion-mnist
            data-limit: 64
            seed: 3
            training: { epochs: 2, batch-size: 32, layout: contiguous, padding: never }
            pruning: { target: 0.5, sparsity-start-epoch: 0, latest-cut-epoch: 1 }
            """);
        using var stop = new CancellationTokenSource();
        using var output = new StoppingWriter(stop, "seed 4");
        string[] command = ["train", config, "--out", runs, "--repeat", "2"];

        var stopped = CommandLine.Run(command, output, stop.Token);
        var finished = CommandLine.Run([.. command, "--json"]);
        var alone = CommandLine.Run("train", config, "--seed", "4", "--out", _folder.PathOf("alone"), "--json");

        Assert.Equal(130, stopped.Code);
        // So few steps may teach the network nothing, and then exit code 3 says so.
        Assert.True(finished.Code is 0 or 3 && alone.Code is 0 or 3, finished.Error + alone.Error);
        Assert.Equal([3, 4], finished.Json.GetProperty("seeds").EnumerateArray().Select(seed => seed.GetInt32()));
        var accuracy = finished.Json.GetProperty("val_accuracy");
        Assert.Equal(alone.Json.GetProperty("val_accuracy").GetDouble(), accuracy.GetProperty("values")[1].GetDouble());
        Assert.Equal(
            (accuracy.GetProperty("values")[0].GetDouble() + accuracy.GetProperty("values")[1].GetDouble()) / 2,
            accuracy.GetProperty("mean").GetDouble(), 12);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(_folder.PathOf("alone"), "model.safetensors")),
            File.ReadAllBytes(Path.Combine(runs, "seed-4", "model.safetensors")));
        var other = CommandLine.Run([.. command, "--set", "training.epochs=3"]);
        Assert.Equal(2, other.Code);
        Assert.Contains("holds a run with other options", other.Error, StringComparison.Ordinal);
    }
}

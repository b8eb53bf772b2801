using System.Text.Json;
using Ocs.Cli.Tests;

namespace Ocs.EndToEnd.Tests;

/// <summary>`targets` of `ocs train`.</summary>
[NoTensorLeaks]
public sealed class SeveralBudgetsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_target_has_its_network_and_a_stop_is_gone_on_from()
    {
        var config = _folder.Write("run.yaml", """
            model: cifar_resnet8
            data: fashion-mnist
            data-limit: 64
            preset: auto
            targets: [0.5, 0.3]
            allowed-loss: 1
            training: { epochs: 4, batch-size: 32, layout: contiguous, padding: never }
            """);
        string Out(string name) => _folder.PathOf(name);
        var whole = CommandLine.Run("train", config, "--out", Out("whole"), "--json");
        using var stop = new CancellationTokenSource();
        using var output = new StoppingWriter(stop, "0.5: ");
        var stopped = CommandLine.Run(["train", config, "--out", Out("parts")], output, stop.Token);
        var resumed = CommandLine.Run("train", "--resume", Out("parts"));
        var again = CommandLine.Run("train", config, "--out", Out("parts"));

        Assert.Equal(130, stopped.Code);
        Assert.EndsWith(
            $"Stopped; `ocs train --resume {Out("parts")}` resumes the runs in it.\n", stopped.Output,
            StringComparison.Ordinal);
        // So few steps may teach the network nothing, and then exit code 3 says so.
        Assert.True(whole.Code is 0 or 3, whole.Error);
        Assert.Equal((whole.Code, whole.Code), (resumed.Code, again.Code));
        Assert.DoesNotContain("epoch", again.Output[..again.Output.IndexOf("target", StringComparison.Ordinal)],
            StringComparison.Ordinal);
        foreach (var target in new[] { "0.3", "0.5" })
        {
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(Out("whole"), target, "model.safetensors")),
                File.ReadAllBytes(Path.Combine(Out("parts"), target, "model.safetensors")));
            Assert.True(File.Exists(Path.Combine(Out("whole"), target, "pruned.onnx")));
            Assert.StartsWith(
                $"# ocs train {config}", File.ReadAllText(Path.Combine(Out("whole"), target, "config.yaml")),
                StringComparison.Ordinal);
        }

        var points = whole.Json.GetProperty("points").EnumerateArray().ToArray();
        var macs = whole.Json.GetProperty("macs").GetDouble();
        Assert.Equal([0.3, 0.5], points.Select(point => point.GetProperty("target").GetDouble()));
        foreach (var point in points)
        {
            var target = point.GetProperty("target").GetDouble();
            Assert.InRange(1 - point.GetProperty("macs").GetInt64() / macs, target, target + 0.005);
        }

        var page = File.ReadAllText(Path.Combine(Out("whole"), "report.html"));
        Assert.Contains("2 budgets of cifar_resnet8 on fashion-mnist", page, StringComparison.Ordinal);
        AssertRefusals(config);
    }

    private void AssertRefusals(string config)
    {
        var parts = _folder.PathOf("parts");
        Refused("holds runs with other options; give another one with --out", "--set", "training.epochs=5");
        Refused("targets has 0.3 twice; leave one out.", "--set", "targets=[0.3,0.3]");
        Refused("shrinkage-kind deadline", "--set", "preset=paper");
        Refused("targets gives several networks, so --repeat cannot be given", "--repeat", "2");
        Refused(
            "targets gives several networks, so --sweep cannot be given", "--sweep", "training.learning-rate=0.1,0.2");
        Refused("targets takes one process for now", "--processes", "2");

        void Refused(string reason, params string[] options) => Assert.Contains(
            reason, CommandLine.Fails(["train", config, "--out", parts, .. options]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dry_run_shows_the_plan_of_the_smallest_target()
    {
        var result = CommandLine.Run(
            "train", "--model", "cifar_resnet8", "--data", "fashion-mnist", "--set", "data-limit=64", "--set",
            "preset=auto", "--set", "targets=[0.5,0.3]", "--set", "training.batch-size=32", "--epochs", "10",
            "--dry-run", "--json");

        Assert.True(result.Code == 0, result.Error);
        var cut = result.Json.GetProperty("cut");
        Assert.Equal(
            (0.3, 3, 5),
            (cut.GetProperty("target").GetDouble(), cut.GetProperty("sparsity_start_epoch").GetInt32(),
                cut.GetProperty("latest_cut_epoch").GetInt32()));
        Assert.Equal(JsonValueKind.Object, cut.ValueKind);
    }
}

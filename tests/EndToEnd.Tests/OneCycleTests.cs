using System.Text.Json;
using Ocs.Cli.Output;
using Ocs.Cli.Tests;
using Ocs.RunLog;

namespace Ocs.EndToEnd.Tests;

/// <summary>The whole cycle in seconds: a small network on some images of Fashion-MNIST.</summary>
[NoTensorLeaks]
public sealed class OneCycleTests : IClassFixture<TrainedOnce>, IDisposable
{
    internal const string Config = """
        model: cifar_resnet8
        data: fashion-mnist
        data-limit: 512
        seed: 1
        training: { epochs: 4, batch-size: 64, schedule: cosine, layout: contiguous, padding: never }
        pruning: { target: 0.5, sparsity-start-epoch: 1, latest-cut-epoch: 2 }
        """;

    private readonly TrainedOnce _once;
    private readonly TemporaryFolder _folder = new();
    private readonly string _config;
    private readonly string _run;

    public OneCycleTests(TrainedOnce once)
    {
        _once = once;
        _config = _folder.Write("run.yaml", Config);
        _run = _folder.PathOf("run");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_command_trains_prunes_and_trains_on()
    {
        var trained = _once.Result;

        trained.AssertGood();
        string[] files =
        [
            "config.yaml", "run.jsonl", "model.ocs", "best.ocs", "model.safetensors", "pruned.onnx", "summary.json",
            "report.html", "events.out.tfevents.ocs",
        ];
        foreach (var file in files)
        {
            Assert.True(new FileInfo(Path.Combine(_once.Folder, file)).Length > 0, file);
        }

        var run = RunLogReader.Read(_once.Folder);
        var summary = run.Summary!;
        Assert.InRange(1 - (double)summary.MacsAfter / summary.MacsBefore, 0.5, 0.55);
        Assert.True(summary.Gate!.Passed);
        Assert.True(summary.Onnx!.Equal);
        Assert.Equal(
            [RunPhase.Train, RunPhase.Sparsity, RunPhase.Final, RunPhase.Final],
            run.Records.Select(record => record.Phase));
        Assert.Equal(summary.MacsAfter, run.Records[^1].Macs);
        Assert.Equal(
            (1, true, true),
            (summary.Latency!.Batch, summary.Latency.SecondsBefore > 0, summary.Latency.SecondsAfter > 0));
        Assert.Equal([true, true, true, false], run.Records.Select(record => record.Norms is not null));
        Assert.Equal(4, trained.Output.Split('\n').Count(line => line.StartsWith("epoch ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_profiled_run_in_bf16_says_where_its_time_went()
    {
        var trained = CommandLine.Run("train", _config, "--precision", "bf16", "--profile", "--out", _run);

        trained.AssertGood();
        using var profile = JsonDocument.Parse(File.ReadAllText(Path.Combine(_run, "profile.json")));
        Assert.Equal("bf16", profile.RootElement.GetProperty("precision").GetString());
        Assert.True(profile.RootElement.GetProperty("peak_gigaflops").GetDouble() > 0);
        Assert.Equal(4, profile.RootElement.GetProperty("epochs").GetArrayLength());
        Assert.Contains("optimizer", trained.Output, StringComparison.Ordinal);
        var summary = RunLogReader.Read(_run).Summary!;
        Assert.EndsWith(", bf16", summary.Engine, StringComparison.Ordinal);
        Assert.True(summary.Gate!.Passed);
    }

    [Fact]
    public void A_network_with_relu6_is_trained_in_bf16()
    {
        var config = _folder.Write("mobile.yaml", """
            model: cifar_mobilenet_v2
            data: fashion-mnist
            data-limit: 32
            training: { epochs: 3, batch-size: 8, layout: contiguous }
            pruning: { target: 0.5 }
            """);

        var trained = CommandLine.Run("train", config, "--precision", "bf16", "--out", _run);

        Assert.True(trained.Code is 0 or 3, trained.Error);
        Assert.EndsWith(", bf16", RunLogReader.Read(_run).Summary!.Engine, StringComparison.Ordinal);
        var planned = CommandLine.Run("train", config, "--precision", "auto", "--dry-run");
        Assert.Equal((0, ""), (planned.Code, planned.Error));
    }

    [Fact]
    public void The_saved_network_is_as_accurate_as_the_run_says()
    {
        Assert.Equal(0, _once.Result.Code);
        var summary = RunLogReader.Read(_once.Folder).Summary!;

        var weights = Path.Combine(_once.Folder, "model.safetensors");
        foreach (var model in new[] { ["model.ocs"], new[] { "model.ocs", "--weights", weights } })
        {
            string[] evaluation =
            [
                "eval", Path.Combine(_once.Folder, model[0]), .. model[1..],
                "--data", "fashion-mnist", "--data-limit", "512", "--json",
            ];
            var evaluated = CommandLine.Run(evaluation).Json;
            Assert.Equal(summary.ValAccuracy, evaluated.GetProperty("accuracy").GetDouble());
            Assert.Equal(summary.MacsAfter, evaluated.GetProperty("macs").GetInt64());
        }
    }

    [Fact]
    public void The_resolved_configuration_repeats_the_run()
    {
        var again = _folder.PathOf("again");
        Assert.Equal(0, _once.Result.Code);

        CommandLine.Run("train", Path.Combine(_once.Folder, "config.yaml"), "--out", again);

        var (first, second) = (RunLogReader.Read(_once.Folder).Records, RunLogReader.Read(again).Records);
        Assert.Equal(4, first.Length);
        Assert.Equal(
            first.Select(record => (record.TrainLoss, record.ValAccuracy)),
            second.Select(record => (record.TrainLoss, record.ValAccuracy)));
    }

    [Fact]
    public void The_baseline_trains_the_same_network_uncut()
    {
        var trained = CommandLine.Run("baseline", _config, "--out", _run, "--json");

        Assert.Equal(0, trained.Code);
        var summary = trained.Json;
        Assert.Equal("baseline", summary.GetProperty("kind").GetString());
        Assert.Equal(summary.GetProperty("macs_before").GetInt64(), summary.GetProperty("macs_after").GetInt64());
        Assert.False(File.Exists(Path.Combine(_run, "pruned.onnx")));
        Assert.True(File.Exists(Path.Combine(_run, "model.onnx")));
        Assert.True(File.Exists(Path.Combine(_run, "best.ocs")));
        Assert.Contains("epoch   0", trained.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("pruned.onnx", trained.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_summary_and_the_log_have_the_names_that_scripts_rely_on()
    {
        var summary = CommandLine.Run("train", _config, "--out", _run, "--json", "--set", "data-limit=64").Json;

        string[] wanted =
        [
            "val_accuracy", "stable_epoch", "cut_epoch", "sl_start_epoch", "macs_before", "macs_after",
            "parameters_before", "parameters_after", "accuracy_at_cut_before", "accuracy_at_cut_after",
            "images_per_second_before", "images_per_second_after", "total_seconds",
        ];
        Assert.Subset(summary.EnumerateObject().Select(property => property.Name).ToHashSet(), wanted.ToHashSet());
        var line = File.ReadLines(Path.Combine(_run, "run.jsonl")).First();
        Assert.All(
            new[]
            {
                "epoch", "phase", "train_loss", "val_accuracy", "val_loss", "j", "j_avg", "lambda", "lr", "macs",
                "parameters", "seconds", "images_per_second",
            },
            name => Assert.Contains($"\"{name}\":", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Force_replaces_a_run_and_nothing_else()
    {
        CommandLine.Run("train", _config, "--out", _run, "--set", "training.epochs=3");
        File.WriteAllText(Path.Combine(_run, "notes.txt"), "mine");

        var second = CommandLine.Run("baseline", _config, "--out", _run, "--set", "training.epochs=1", "--force");

        Assert.Equal(0, second.Code);
        Assert.Equal(RunKind.Baseline, RunLogReader.Read(_run).Summary!.Kind);
        Assert.Single(File.ReadLines(Path.Combine(_run, "run.jsonl")));
        Assert.False(File.Exists(Path.Combine(_run, "pruned.onnx")));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(_run, "notes.txt")));
    }

    [Fact]
    public void A_stop_comes_after_the_step_and_leaves_a_usable_folder()
    {
        using var stop = new CancellationTokenSource();
        using var output = new StoppingWriter(stop, "epoch   1");

        var stopped = CommandLine.Run(["train", _config, "--out", _run], output, stop.Token);

        Assert.Equal((130, ""), (stopped.Code, stopped.Error));
        var run = RunLogReader.Read(_run);
        Assert.Equal(2, run.Records.Length);
        Assert.Equal(2, run.Summary!.Epochs);
        Assert.Contains("Stopped in epoch 2", stopped.Output, StringComparison.Ordinal);
        var evaluated = CommandLine.Run(
            "eval", Path.Combine(_run, "model.ocs"), "--data", "fashion-mnist", "--data-limit", "512", "--json");
        Assert.Equal(0, evaluated.Code);
        Assert.True(File.Exists(Path.Combine(_run, "report.html")));
    }

    [Fact]
    public void A_run_that_was_killed_before_it_trained_anything_begins_anew()
    {
        CommandLine.Run("baseline", _config, "--out", _run, "--set", "training.epochs=1");
        var config = File.ReadAllText(Path.Combine(_run, "config.yaml"));
        Directory.Delete(_run, recursive: true);
        Directory.CreateDirectory(_run);
        File.WriteAllText(Path.Combine(_run, "config.yaml"), config);

        var resumed = CommandLine.Run("train", "--resume", _run, "--json");

        Assert.Equal(0, resumed.Code);
        Assert.Contains("was stopped before it began; it starts again.", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(config, File.ReadAllText(Path.Combine(_run, "config.yaml")));
        Assert.Equal("baseline", resumed.Json.GetProperty("kind").GetString());
        Assert.Contains("no checkpoint", CommandLine.Fails("train", "--resume", Emptied()), StringComparison.Ordinal);

        string Emptied()
        {
            File.Delete(Path.Combine(_run, "summary.json"));
            return _run;
        }
    }

    [Fact]
    public void The_demo_shows_the_pruned_network_beside_its_twin()
    {
        var demo = CommandLine.Run(
            "demo", "--out", _run, "--set", "data-limit=512", "--set", "training.epochs=3", "--set",
            "training.warmup-epochs=0", "--set", "training.batch-size=16");

        Assert.Equal((0, ""), (demo.Code, demo.Error));
        Assert.Contains("unpruned twin", demo.Output, StringComparison.Ordinal);
        var summary = RunLogReader.Read(_run).Summary!;
        Assert.NotNull(summary.Baseline);
        Assert.True(summary.MacsAfter <= 0.5 * summary.MacsBefore);
        Assert.Contains(Numbers.Duration(summary.TotalSeconds), demo.Output, StringComparison.Ordinal);
    }
}

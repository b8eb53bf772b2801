using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.RunLog;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training.Runs;

namespace Ocs.Training.Tests.Runs;

/// <summary>
/// A training that is used as a library writes a folder that is complete and that a run goes on from.
/// </summary>
[NoTensorLeaks]
public sealed class TrainingRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TensorDataset _train = TwoInputs.Samples(64, seed: 1);
    private readonly TensorDataset _test = TwoInputs.Samples(60, seed: 2);

    private TrainingData Data => TwoInputs.Data(_train, _test);

    public void Dispose()
    {
        _train.Dispose();
        _test.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_run_that_is_stopped_at_any_step_goes_on_to_the_same_files()
    {
        TorchRuntime.Threads = 1;
        Complete("whole", TwoInputs.Options).Dispose();
        var steps = TwoInputs.Options.Epochs * TwoInputs.StepsPerEpoch;
        foreach (var step in new[] { 1, 4, 7, 11, 12, 13, steps - 1 })
        {
            using var observer = new RecordingObserver { StopAfter = step };
            using (var run = Begin($"stopped{step}", TwoInputs.Options, observer))
            {
                using var stopped = run.Execute(cancellationToken: observer.Stop);
                Assert.True(stopped.Stopped);
            }

            var summary = RunLogReader.Read(_folder.PathOf($"stopped{step}")).Summary!;
            Assert.Equal((step - 1) / TwoInputs.StepsPerEpoch, summary.Epochs);
            using (var run = TrainingRun.Resume(
                _folder.PathOf($"stopped{step}"), Data, TwoInputs.Options, TwoInputs.Pruning))
            {
                using var result = run.Execute();
                Assert.True(result.Gate!.Passed);
            }

            string[] files =
                [RunDirectory.ModelName, RunDirectory.BestName, RunDirectory.WeightsName, RunDirectory.OnnxName];
            foreach (var file in files)
            {
                Assert.Equal(Bytes("whole", file), Bytes($"stopped{step}", file));
            }
        }
    }

    [Fact]
    public void The_folder_of_a_complete_run_has_log_network_and_report_and_nothing_to_go_on_from()
    {
        TorchRuntime.Threads = 1;
        using (var result = Complete("run", TwoInputs.Options))
        {
            var (records, summary) =
                (RunLogReader.Read(_folder.PathOf("run")).Records, RunLogReader.Read(_folder.PathOf("run")).Summary!);
            Assert.Equal([0, 1, 2, 3, 4], records.Select(record => record.Epoch));
            Assert.All(records, record => Assert.Equal(["mae", "r2", "rmse"], record.ValMetrics!.Keys));
            Assert.Equal(result.Evaluation!["r2"], summary.ValMetrics!["r2"]);
            Assert.Null(summary.ValAccuracy);
            Assert.Equal(("pair", "pairs", 0.5, 3), (summary.Model, summary.Data, summary.Target, summary.CutEpoch));
            Assert.Contains("report.html", Files("run"));
        }

        using var network = Network.Load(Path.Combine(_folder.PathOf("run"), RunDirectory.ModelName));
        Assert.NotNull(network.Record);
        Assert.DoesNotContain(
            "checkpoints", Directory.EnumerateDirectories(_folder.PathOf("run")).Select(Path.GetFileName));
        var error = Assert.Throws<OcsInputException>(
            () => TrainingRun.Resume(_folder.PathOf("run"), Data, TwoInputs.Options, TwoInputs.Pruning));
        Assert.Contains("holds no checkpoint to resume from", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<OcsInputException>(() => Begin("run", TwoInputs.Options, observer: null));
        Assert.EndsWith(
            "exists already; give another one with `folder`, or `replace` to replace the run in it.",
            error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_goes_on_with_its_own_options_data_and_task_alone()
    {
        TorchRuntime.Threads = 1;
        using var observer = new RecordingObserver { StopAfter = 2 };
        using (var run = Begin("run", TwoInputs.Options, observer))
        {
            Assert.Contains(
                "in use",
                Assert.Throws<OcsInputException>(() => Resume(TwoInputs.Options)).Message,
                StringComparison.Ordinal);
            run.Execute(cancellationToken: observer.Stop).Dispose();
        }

        Refuse("began with other options", TwoInputs.Options with { LearningRate = 0.1 });
        using var fewer = TwoInputs.Samples(48, seed: 1);
        Refuse("64 samples", TwoInputs.Options, TwoInputs.Data(fewer, _test));
        Refuse(
            "for regression, not for difference",
            TwoInputs.Options,
            new(_train, _test) { Task = new CustomTask("difference", (outputs, _) => Aten.Mean(outputs[0])) });

        void Refuse(string reason, TrainingOptions options, TrainingData? data = null) => Assert.Contains(
            reason, Assert.Throws<OcsInputException>(() => Resume(options, data)).Message, StringComparison.Ordinal);

        void Resume(TrainingOptions options, TrainingData? data = null) =>
            TrainingRun.Resume(_folder.PathOf("run"), data ?? Data, options, TwoInputs.Pruning).Dispose();
    }

    [Fact]
    public void A_network_that_does_not_fit_the_data_leaves_no_folder()
    {
        var error = Assert.Throws<OcsInputException>(
            () => TrainingRun.Begin(_folder.PathOf("run"), TinyTask.Network(), Data, TwoInputs.Options));
        Assert.Equal(
            "Network 'tiny' takes 1 inputs, but samples of pairs have 2; give a tensor for each input.",
            error.Message);
        Assert.False(Directory.Exists(_folder.PathOf("run")) && Files("run").Count > 0);
    }

    private TrainingRun Begin(string name, TrainingOptions options, RecordingObserver? observer) =>
        TrainingRun.Begin(
            _folder.PathOf(name), TwoInputs.Network(), Data, options, TwoInputs.Pruning, observer: observer);

    private TrainingResult Complete(string name, TrainingOptions options)
    {
        using var run = Begin(name, options, observer: null);
        return run.Execute();
    }

    private List<string> Files(string name) =>
        [.. Directory.EnumerateFiles(_folder.PathOf(name)).Select(file => Path.GetFileName(file)!)];

    private byte[] Bytes(string name, string file) => File.ReadAllBytes(Path.Combine(_folder.PathOf(name), file));
}

using System.Diagnostics;
using Ocs.Data;
using Ocs.Pruning;
using Ocs.Reporting.TensorBoard;
using Ocs.RunLog;
using Ocs.Training;
using Ocs.Training.Checkpoints;
using Ocs.Zoo;

namespace Ocs.Benchmarks;

/// <summary>
/// The cost of a checkpoint of cifar_resnet56 and of a log line, with fsync, compared with the steps of an epoch.
/// </summary>
internal sealed class CheckpointCost : ITrainingObserver
{
    private const string Network = "cifar_resnet56";
    private const int BatchSize = 128;
    private const int StepsPerEpoch = 50_000 / BatchSize;

    private readonly List<double> _writes = [];
    private readonly List<double> _steps = [];
    private readonly CheckpointFolder _folder;
    private readonly string _path;
    private RunRecord? _record;
    private long _last = Stopwatch.GetTimestamp();

    private CheckpointCost(string path) => (_path, _folder) = (path, new(path));

    /// <summary>Trains on random images and saves after every step.</summary>
    public static IEnumerable<Figure> Measure(Settings settings)
    {
        var path = Path.Combine(Machine.Root, "artifacts", "checkpoint-cost");
        var cost = new CheckpointCost(path);
        var images = Images((settings.Steps + settings.WarmUps) * BatchSize);
        TrainingOptions options =
            new() { Epochs = 1, BatchSize = BatchSize, CheckpointMinutes = 1e-9, LearningRate = 1e-3 };
        var pruning = OneCycleOptions.Paper with { LatestCutEpoch = null, SparsityStartEpoch = 0 };
        using (var trainer = new OneCycleTrainer(
            Models.Build(Network), new(images, images.Sample(BatchSize, 0), new()), options, pruning))
        {
            trainer.Observer = cost;
            trainer.Run().Dispose();
        }

        var (write, step) = (cost._writes.Skip(settings.WarmUps).Median(), cost._steps.Skip(settings.WarmUps).Median());
        var size = new DirectoryInfo(Path.Combine(path, CheckpointFolder.Name))
            .EnumerateFiles().Max(file => file.Length);
        cost._folder.Remove();
        var lines = cost.Lines(settings.Calls).Median();
        var share = write / (StepsPerEpoch * step);
        yield return new(
            $"writing a checkpoint, {Network}, fsync included", $"{write:F0} ms ({size / 1e6:F1} MB)",
            $"{step:F0} ms (a step)",
            $"{100 * share:F3} % of an epoch", "under 1 % of an epoch");
        yield return new(
            "a line of the run log with norms, and TensorBoard's events, both pushed to the disk: "
                + "an epoch's share of a step",
            $"{lines:F1} ms ({lines / StepsPerEpoch:F4} ms a step)", $"{step:F0} ms (a step)",
            $"{100 * lines / StepsPerEpoch / step:F4} % of a step",
            "under 0.2 % of a step");
    }

    public void EpochDone(RunRecord record) => _record = record;

    public void StepDone(TrainingProgress progress) => _steps.Add(Lap());

    void ITrainingObserver.CheckpointDue(Checkpoint checkpoint)
    {
        Lap();
        _folder.Save(kept: 2, stream => checkpoint.Write(stream, new(_path, RunKind.Train, null, "", new(0, "", 0))));
        _writes.Add(Lap());
    }

    // Writes the same line for consecutive epochs.
    private IEnumerable<double> Lines(int count)
    {
        using var log = new RunLogWriter(_path);
        using var events = new EventFile(_path);
        for (var epoch = 0; epoch < count; epoch++)
        {
            Lap();
            var problem = log.Append(_record! with { Epoch = epoch }) ?? events.Append(_record with { Epoch = epoch });
            yield return problem is null ? Lap() : throw new IOException(problem);
        }
    }

    private double Lap()
    {
        var elapsed = Stopwatch.GetElapsedTime(_last).TotalMilliseconds;
        _last = Stopwatch.GetTimestamp();
        return elapsed;
    }

    private static ImageDataset Images(int count)
    {
        var rng = new Rng(1);
        var pixels = new byte[count * 3 * 32 * 32];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)rng.Next(256);
        }

        return new(
            "random", pixels, [.. Enumerable.Range(0, count).Select(image => image % 10)], 3, 32, 32,
            [.. Enumerable.Range(0, 10).Select(label => $"{label}")], new([0.5f, 0.5f, 0.5f], [0.3f, 0.3f, 0.3f]));
    }
}

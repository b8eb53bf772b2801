using System.Diagnostics;
using System.Globalization;
using Ocs.Cli.Configuration;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Training;
using Spectre.Console;

namespace Ocs.Cli.Output;

/// <summary>Shows a run: a line an epoch, and in a terminal live lines below it.</summary>
internal sealed class TrainingDisplay(CommandConsole console) : ITrainingObserver
{
    private const double RefreshSeconds = 0.2;
    private const int BarWidth = 24;
    private LiveDisplayContext? _live;
    private long _lastRefresh;

    /// <summary>Runs a training with the live lines shown where there is a terminal.</summary>
    public TrainingResult Watch(Func<TrainingResult> run)
    {
        if (!console.TextIsTerminal)
        {
            return run();
        }

        return console.Tables.Live(new Text("starting ...\n")).AutoClear(true).Start(context =>
        {
            _live = context;
            try
            {
                return run();
            }
            finally
            {
                _live = null;
            }
        });
    }

    public void StepDone(StepProgress progress)
    {
        if (_live is not null && Stopwatch.GetElapsedTime(_lastRefresh).TotalSeconds >= RefreshSeconds)
        {
            _lastRefresh = Stopwatch.GetTimestamp();
            _live.UpdateTarget(new Text(Describe(progress)));
        }
    }

    public void EpochDone(RunRecord record) => Line(Describe(record));

    public void Message(string sentence) => Line(sentence);

    /// <summary>The live lines: where the run is, how long it will take, how it does.</summary>
    /// <remarks>Two lines, for Spectre moves the cursor up by their number less one, and terminals take 0 for 1.</remarks>
    internal static string Describe(StepProgress progress)
    {
        var done = (int)((long)BarWidth * progress.Step / Math.Max(progress.Steps, 1));
        var stability = progress.AverageJ is { } average ? string.Create(CultureInfo.InvariantCulture, $"  J_avg {average:0.0000}") : "";
        var strength = progress.Lambda is { } lambda ? string.Create(CultureInfo.InvariantCulture, $"  lambda {lambda:0.#####}") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {progress.Epoch} ({progress.Epoch + 1} of {progress.Epochs}) {new string('━', done)}{new string('─', BarWidth - done)}"
            + $" step {progress.Step}/{progress.Steps}  {KebabCase.Of(progress.Phase.ToString())}  {Numbers.Duration(progress.Remaining.TotalSeconds)} left\n"
            + $"  loss {progress.Loss:0.0000}  accuracy {Numbers.Percent(progress.Accuracy)}  {progress.ImagesPerSecond:0} images/s{stability}{strength}"
            + $"{Forecast(progress.Phase == Phase.Sparsity, progress.PredictedStableEpoch, progress.PredictedMacs)}");
    }

    /// <summary>The line of an epoch; epochs are counted from 0, as in the run's files.</summary>
    internal static string Describe(RunRecord record)
    {
        var stability = record.JAvg is { } average ? string.Create(CultureInfo.InvariantCulture, $"  J_avg {average:0.0000}") : "";
        var strength = record.Lambda is { } lambda ? string.Create(CultureInfo.InvariantCulture, $"  lambda {lambda:0.#####}") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {record.Epoch,3}  {KebabCase.Of(record.Phase.ToString()),-8}  loss {record.TrainLoss:0.0000}  val accuracy {Numbers.Percent(record.ValAccuracy)}"
            + $"  val loss {record.ValLoss:0.0000}  lr {record.Lr:0.#####}  {Numbers.Short(record.Macs)} MACs  {record.ImagesPerSecond:0} images/s"
            + $"  {Numbers.Duration(record.Seconds)}{stability}{strength}"
            + $"{Forecast(record.Phase == RunPhase.Sparsity, record.Forecast?.StableEpoch, record.Forecast?.Macs)}");
    }

    // What is to come, in sparsity learning: when the network is cut, and to what.
    private static string Forecast(bool isSparsity, int? stableEpoch, long? macs) => !isSparsity || macs is null
        ? ""
        : $"  t* {(stableEpoch is { } epoch ? $"about {epoch}" : "not foreseeable yet")}, {Numbers.Short(macs.Value)} MACs then";

    // Text written through Spectre while the live lines are shown appears above it.
    private void Line(string text)
    {
        if (_live is not null)
        {
            console.Tables.WriteLine(text);
        }
        else
        {
            console.WriteLine(text);
            console.Text.Flush();
        }
    }
}

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Ocs.RunLog;
using Ocs.Training;

namespace Ocs.Cli.Output;

/// <summary>Shows a run: one line per epoch, and live rows below in a terminal.</summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "The live rows are lent for the length of a call, which disposes of them.")]
internal sealed class TrainingDisplay(CommandConsole console, double refreshSeconds = 0.2) : ITrainingObserver
{
    private LiveRows? _live;
    private long _lastRefresh;
    private double _bestAccuracy = double.NegativeInfinity;

    /// <summary>Runs a training, with live rows if the terminal supports them.</summary>
    public TrainingResult Watch(Func<TrainingResult> run)
    {
        if (!console.Screen.MovesCursor)
        {
            return run();
        }

        using var live = new LiveRows((CleanWriter)console.Text, console.Screen);
        using var erased = console.Signals?.BeforeEnd(live.Erase);
        live.Show(_ => ["starting ..."]);
        try
        {
            _live = live;
            return run();
        }
        finally
        {
            _live = null;
        }
    }

    public void StepDone(TrainingProgress progress)
    {
        if (_live is not null && Stopwatch.GetElapsedTime(_lastRefresh).TotalSeconds >= refreshSeconds)
        {
            _lastRefresh = Stopwatch.GetTimestamp();
            _live.Show(columns => TrainingText.Progress(progress, columns, console.Screen.HasUnicode));
        }
    }

    /// <summary>The line of an epoch, green if it is the best so far; in a file it has all fields.</summary>
    public void EpochDone(RunRecord record)
    {
        var isBest = record.ValAccuracy > _bestAccuracy;
        _bestAccuracy = isBest ? record.ValAccuracy!.Value : _bestAccuracy;
        var columns = console.Screen.IsTerminal ? console.Screen.Columns : int.MaxValue;
        Line(TrainingText.Epoch(record, columns), isBest ? Shade.Good : Shade.None);
    }

    public void Message(string sentence) => Line(sentence, Shade.None);

    private void Line(string text, Shade shade)
    {
        if (_live is not null)
        {
            _live.WriteAbove(console.Lines(text, shade));
        }
        else
        {
            console.WriteLine(text, shade);
            console.Text.Flush();
        }
    }
}

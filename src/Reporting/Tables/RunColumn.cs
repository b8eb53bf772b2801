using System.Collections.Immutable;
using Ocs.Reporting.Html;
using Ocs.RunLog;

namespace Ocs.Reporting.Tables;

/// <summary>A column of the table of runs, the same on the page, as CSV and as LaTeX.</summary>
/// <param name="Key">Its name in CSV.</param>
/// <param name="Title">Its heading for readers.</param>
/// <param name="Value">A run's value for CSV, unrounded: fractions from 0 to 1, seconds. Null if there is none.</param>
/// <param name="Text">The value for readers.</param>
internal sealed record RunColumn(string Key, string Title, Func<RunRow, object?> Value, Func<RunRow, string?> Text)
{
    /// <summary>Whether it has text, which is left-aligned.</summary>
    public bool IsText { get; init; }

    /// <summary>Whether it is one of the main columns.</summary>
    public bool IsStrong { get; init; }

    /// <summary>Every column, in order.</summary>
    public static ImmutableArray<RunColumn> All { get; } =
    [
        new("preset", "Preset", run => run.Preset, run => run.Preset) { IsText = true },
        new("differs_in", "Differs in", run => run.DiffersIn, run => run.DiffersIn) { IsText = true },
        Number("seed", "Seed", run => run.Summary?.Seed, value => $"{value}"),
        Number("epochs", "Epochs", run => run.Epochs, value => Wording.Whole(value)),
        Number("target", "Target", run => run.Summary?.Target, value => Wording.Percent(value, 1)),
        Number("accuracy", "Accuracy", run => run.Accuracy, value => Wording.Percent(value)) with { IsStrong = true },
        Number("top5_accuracy", "Top-5", run => run.Top5Accuracy, value => Wording.Percent(value)),
        Number("beside_unpruned", "Beside unpruned", run => run.BesideUnpruned, value => Wording.Points(value)),
        Number("macs", "MACs", run => run.Macs, value => Wording.Count((long)value)),
        Number("macs_left", "MACs left", run => run.MacsLeft, value => Wording.Percent(value)),
        Number("parameters", "Parameters", run => run.Parameters, value => Wording.Count((long)value)),
        Number("parameters_left", "Parameters left", run => run.ParametersLeft, value => Wording.Percent(value)),
        Number(
            "sparsity_start_epoch", "Sparsity from", run => run.Summary?.SlStartEpoch, value => Wording.Whole(value)),
        Number("sparsity_epochs", "Sparsity epochs", run => run.SparsityEpochs, value => Wording.Whole(value)),
        Number("cut_epoch", "Cut at", run => run.Summary?.CutEpoch, value => Wording.Whole(value)),
        Number("stable_epoch", "Stable at", run => run.Summary?.StableEpoch, value => Wording.Whole(value)),
        Number(
            "latency_seconds",
            "Latency",
            run => run.Summary?.Latency?.SecondsAfter,
            value => Wording.Milliseconds(value)),
        Number("latency_speed_up", "Speed-up", run => run.Summary?.SpeedUp(), value => $"{Wording.Fixed(value, 2)} ×"),
        Number("seconds", "Time", run => run.Seconds, value => Wording.Duration(value)),
    ];

    /// <summary>The columns for which any run has a value.</summary>
    public static ImmutableArray<RunColumn> For(IReadOnlyCollection<RunRow> runs) =>
        [.. All.Where(column => runs.Any(run => column.Text(run) is { Length: > 0 }))];

    private static RunColumn Number(string key, string title, Func<RunRow, double?> value, Func<double, string> text) =>
        new(key, title, run => value(run), run => value(run) is double known ? text(known) : null);
}

/// <summary>A run in a table; a run in progress has the values so far.</summary>
/// <param name="Run">The run.</param>
/// <param name="DiffersIn">Its options that differ between the runs of the table.</param>
internal sealed record RunRow(NamedRun Run, string DiffersIn)
{
    public static ImmutableArray<RunRow> Of(ImmutableArray<NamedRun> runs)
    {
        var differences = RunOptions.Differences([.. runs.Select(named => named.Run)]);
        return [.. runs.Select((run, i) => new RunRow(run, differences[i]))];
    }

    public RunSummary? Summary => Run.Run.Summary;

    public string? Preset =>
        Summary is null ? "under way" : Summary.Kind == RunKind.Baseline ? "unpruned" : Summary.Preset;

    public int Epochs => Summary?.Epochs ?? Run.Run.Records.Length;

    public double? Accuracy => Summary is null ? Last?.ValAccuracy : Summary.ValAccuracy;

    public double? Top5Accuracy => Summary is null ? Last?.ValTop5Accuracy : Summary.ValTop5Accuracy;

    public double? BesideUnpruned =>
        Summary is { ValAccuracy: double own, Baseline.ValAccuracy: double twin } ? own - twin : null;

    public long? Macs => Summary?.MacsAfter ?? Last?.Macs;

    public double? MacsLeft => Summary is { MacsBefore: > 0 } s ? (double)s.MacsAfter / s.MacsBefore : null;

    public long? Parameters => Summary?.ParametersAfter ?? Last?.Parameters;

    public double? ParametersLeft =>
        Summary is { ParametersBefore: > 0 } s ? (double)s.ParametersAfter / s.ParametersBefore : null;

    /// <summary>Epochs of sparsity learning, from its start to the cut.</summary>
    public int? SparsityEpochs =>
        Summary is { CutEpoch: int cut, SlStartEpoch: int start } && cut >= start ? cut - start : null;

    public double Seconds => Summary?.TotalSeconds ?? Run.Run.Records.Sum(record => record.Seconds);

    private RunRecord? Last => Run.Run.Records.LastOrDefault();
}

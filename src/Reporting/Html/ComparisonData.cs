using System.Collections.Immutable;
using System.Text.Json;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>What the script of a page about several runs reads.</summary>
internal sealed record ComparisonData(ImmutableArray<RunPoint> Runs, ImmutableArray<PaperPoint> Paper)
{
    public static ComparisonData Of(ImmutableArray<NamedRun> runs) =>
        new([.. runs.Select(RunPoint.Of)], [.. PaperPoint.For(runs).Select(pair => pair.Point)]);

    /// <summary>JSON that can stand inside a script element.</summary>
    public Markup ToIsland() => new(JsonSerializer.Serialize(this, PageJson.Default.ComparisonData));
}

/// <summary>A run and the name that tells it from the others of a page.</summary>
/// <param name="Name">The last parts of its folder's path.</param>
/// <param name="Run">The run.</param>
/// <param name="Link">Where its own report is; null if there is none.</param>
internal sealed record NamedRun(string Name, RunFolder Run, string? Link)
{
    /// <summary>Runs under the shortest names that tell them apart.</summary>
    public static ImmutableArray<NamedRun> Of(IReadOnlyList<RunFolder> runs, Func<RunFolder, string?>? link = null)
    {
        var names = HtmlComparison.NamesOf(
            [.. runs.Select(run => Path.TrimEndingDirectorySeparator(Path.GetFullPath(run.Path)))]);
        return [.. runs.Select((run, i) => new NamedRun(names[i], run, link?.Invoke(run)))];
    }
}

/// <summary>A run in the charts: where it ended, and its way there.</summary>
internal sealed record RunPoint(
    string Label,
    bool Pruned,
    double? Accuracy,
    long? Macs,
    double? TwinAccuracy,
    long? TwinMacs,
    double? SpeedUp,
    int? CutEpoch,
    ImmutableArray<int> Epochs,
    ImmutableArray<double?> ValAccuracy,
    ImmutableArray<double?> JAvg)
{
    public static RunPoint Of(NamedRun named)
    {
        var (summary, records) = (named.Run.Summary, named.Run.Records);
        var last = records.LastOrDefault();
        // A cut after the last epoch changes the accuracy once more.
        (int Epoch, double Accuracy)? end = summary is { ValAccuracy: double accuracy, CutEpoch: int cut }
            && cut > last?.Epoch
            ? (cut, accuracy)
            : null;
        return new(
            named.Name,
            summary is not null ? summary.MacsAfter < summary.MacsBefore : last?.Phase == RunPhase.Final,
            summary?.ValAccuracy ?? last?.ValAccuracy,
            summary?.MacsAfter ?? last?.Macs,
            summary?.Baseline?.ValAccuracy,
            summary?.Baseline?.Macs,
            summary?.SpeedUp(),
            summary?.CutEpoch,
            [.. records.Select(record => record.Epoch), .. end is null ? Array.Empty<int>() : [end.Value.Epoch]],
            [
                .. records.Select(record => record.ValAccuracy),
                .. end is null ? Array.Empty<double?>() : [end.Value.Accuracy],
            ],
            [.. records.Select(record => record.JAvg), .. end is null ? Array.Empty<double?>() : [null]]);
    }
}

/// <summary>A row of the paper in the charts.</summary>
internal sealed record PaperPoint(string Method, string Table, bool Ours, double Macs, double Accuracy)
{
    /// <summary>The rows for the networks and data of some runs: fractions of MACs are of those networks.</summary>
    public static IEnumerable<(PaperPoint Point, PaperRow Row)> For(ImmutableArray<NamedRun> runs) => runs
        .Select(named => named.Run.Summary)
        .OfType<RunSummary>()
        .DistinctBy(summary => (summary.Model, summary.Data))
        .SelectMany(summary => PaperRow.For(summary.Model, summary.Data).Select(row =>
            (new PaperPoint(row.Method, row.Table, row.IsOwn, row.Macs * summary.MacsBefore, row.Accuracy), row)));
}

/// <summary>Figures that several sections derive from a summary.</summary>
internal static class SummaryFigures
{
    /// <summary>
    /// How many times faster the cut network infers than the whole one, measured in turns on the run's machine; null
    /// where that was not measured. Times of whole runs are no such measure: they depend on what else the machine did.
    /// </summary>
    public static double? SpeedUp(this RunSummary summary) =>
        summary.Latency is { SecondsBefore: > 0 and double before, SecondsAfter: > 0 and double after }
            ? before / after
            : null;
}

using System.Collections.Immutable;
using System.Text.Json;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>The data for the script of a page about several runs.</summary>
internal sealed record ComparisonData(ImmutableArray<RunPoint> Runs, ImmutableArray<PaperPoint> Paper)
{
    public static ComparisonData Of(ImmutableArray<NamedRun> runs) =>
        new([.. runs.Select(RunPoint.Of)], [.. PaperPoint.For(runs).Select(pair => pair.Point)]);

    /// <summary>JSON that is safe inside a script element.</summary>
    public Markup ToIsland() => new(JsonSerializer.Serialize(this, PageJson.Default.ComparisonData));
}

/// <summary>A run with a name that is unique on the page.</summary>
/// <param name="Name">The last parts of its folder's path.</param>
/// <param name="Run">The run.</param>
/// <param name="Link">The link to its own report; null if there is none.</param>
internal sealed record NamedRun(string Name, RunFolder Run, string? Link)
{
    /// <summary>Names runs by the shortest unique ends of their paths.</summary>
    public static ImmutableArray<NamedRun> Of(IReadOnlyList<RunFolder> runs, Func<RunFolder, string?>? link = null)
    {
        var names = HtmlComparison.NamesOf(
            [.. runs.Select(run => Path.TrimEndingDirectorySeparator(Path.GetFullPath(run.Path)))]);
        return [.. runs.Select((run, i) => new NamedRun(names[i], run, link?.Invoke(run)))];
    }
}

/// <summary>A run in the charts: its final values, and its values by epoch.</summary>
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
    /// <summary>The rows for the networks and data of some runs. Fractions of MACs refer to those networks.</summary>
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
    /// The speed-up of inference by the cut, measured alternately on the run's machine; null if not measured. Times of
    /// whole runs do not count: they depend on other load on the machine.
    /// </summary>
    public static double? SpeedUp(this RunSummary summary) =>
        summary.Latency is { SecondsBefore: > 0 and double before, SecondsAfter: > 0 and double after }
            ? before / after
            : null;
}

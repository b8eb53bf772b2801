using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Reporting.Html;
using Ocs.RunLog;
using Ocs.Training.Runs;

namespace Ocs.Cli.Runs;

/// <summary>
/// `train --sweep`: a run for each combination of some options' values, one after the other, in separate folders.
/// </summary>
/// <param name="load">The options with some assignments over them.</param>
/// <param name="kind">One cycle, or the same schedule without pruning.</param>
/// <param name="place">Where they run; its folder holds those of the runs.</param>
/// <param name="seeds">How many seeds each combination is run with; null for one run in its folder.</param>
/// <param name="console">Where they are shown.</param>
internal sealed class SweptRuns(
    Func<IReadOnlyList<string>, ExperimentOptions> load, RunKind kind, RunPlace place, int? seeds,
    CommandConsole console)
{
    /// <summary>
    /// Runs what is not complete yet, and compares all: run again, the command resumes where it was stopped.
    /// </summary>
    /// <returns>The runs, or null when one was stopped.</returns>
    public IReadOnlyList<RunFolder>? Execute(IReadOnlyList<string> sweeps)
    {
        var points = Sweep.Points(sweeps);
        // Invalid values are reported before the first run begins.
        var runs = points.Select(point => (point.Name, Options: load(point.Assignments))).ToArray();
        using var held = RunDirectory.Lock(place.Folder, console.Error.WriteLine, isNew: true);
        var finished = new List<RunFolder>();
        foreach (var (name, options) in runs)
        {
            var own = place with { Folder = Path.Combine(place.Folder, name) };
            console.WriteLine($"{name}: {own.Folder}");
            var series = new RepeatedRuns(options, kind, own, console);
            if (seeds is { } count
                ? series.Execute(count) is null
                : series.RunUnlessComplete(options, own.Folder).Stopped)
            {
                return null;
            }

            finished.AddRange(SeriesFolder.RunsIn(own.Folder).Select(RunLogReader.Read));
        }

        HtmlComparison.Write(finished, Path.Combine(place.Folder, HtmlComparison.FileName));
        return finished;
    }
}

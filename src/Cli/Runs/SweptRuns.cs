using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Reporting.Html;
using Ocs.RunLog;
using Ocs.Training.Runs;

namespace Ocs.Cli.Runs;

/// <summary>
/// `train --sweep`: one run for each combination of option values, one after the other, in separate folders.
/// </summary>
/// <param name="load">Gives the options, overridden by assignments.</param>
/// <param name="kind">One cycle, or the same schedule without pruning.</param>
/// <param name="place">Where they run; its folder contains those of the runs.</param>
/// <param name="seeds">The number of seeds per combination; null for one run in its folder.</param>
/// <param name="console">The console.</param>
internal sealed class SweptRuns(
    Func<IReadOnlyList<string>, ExperimentOptions> load, RunKind kind, RunPlace place, int? seeds,
    CommandConsole console)
{
    /// <summary>Runs the incomplete runs, and compares all. If the command is run again, it resumes.</summary>
    /// <returns>The runs; null if one was stopped.</returns>
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

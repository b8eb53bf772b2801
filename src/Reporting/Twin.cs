using System.Collections.Immutable;
using Ocs.RunLog;

namespace Ocs.Reporting;

/// <summary>The unpruned run for the comparison in a report.</summary>
internal static class Twin
{
    /// <summary>Gives runs without a twin an unpruned run with the same network, data and epochs.</summary>
    /// <remarks>If several fit, the one with the run's seed is taken, else the first.</remarks>
    public static ImmutableArray<RunFolder> Among(IReadOnlyList<RunFolder> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var dense = runs
            .Where(run => run.Summary is { Kind: RunKind.Baseline } s && s.MacsAfter == s.MacsBefore)
            .ToArray();
        return
        [
            .. runs.Select(run =>
            {
                if (run.Summary is not { Kind: RunKind.Train, Baseline: null } own)
                {
                    return run;
                }

                var twin = dense
                    .Where(other => Task(other.Summary!) == Task(own))
                    .OrderBy(other => other.Summary!.Seed != own.Seed)
                    .FirstOrDefault();
                return twin is null ? run : Beside(run, twin);
            }),
        ];
    }

    /// <summary>The run with a given twin. The folder's files are not changed.</summary>
    /// <exception cref="InvalidDataException">
    /// The twin is not finished, was pruned, or is of another network or data.
    /// </exception>
    public static RunFolder Beside(RunFolder run, RunFolder twin)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(twin);
        if (twin.Summary is not RunSummary other)
        {
            throw new InvalidDataException(
                $"The baseline {twin.Path} is not finished: it has no {RunFolder.SummaryName} yet.");
        }

        if (other.MacsAfter < other.MacsBefore)
        {
            throw new InvalidDataException($"The baseline {twin.Path} was pruned; give a run of `RunKind.Baseline`.");
        }

        if (run.Summary is not RunSummary own)
        {
            return run;
        }

        if ((own.Model, own.Data) != (other.Model, other.Data))
        {
            throw new InvalidDataException(
                $"The baseline {twin.Path} is {other.Model} on {other.Data}, "
                + $"but {run.Path} is {own.Model} on {own.Data}; give one of the same network and data.");
        }

        return run with { Summary = own with { Baseline = BaselineSummary.Of(other) } };
    }

    private static (string, string?, int, long) Task(RunSummary summary) =>
        (summary.Model, summary.Data, summary.Epochs, summary.MacsBefore);
}

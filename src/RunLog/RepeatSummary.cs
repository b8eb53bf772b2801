using System.Collections.Immutable;

namespace Ocs.RunLog;

/// <summary>The results of a run with several seeds: <c>repeats.json</c>. Accuracies are fractions, 0 to 1.</summary>
internal sealed record RepeatSummary
{
    /// <summary>The file's name, in the folder that contains those of the runs.</summary>
    public const string FileName = "repeats.json";

    /// <summary>The seeds; the run of each is in the folder <c>seed-N</c>.</summary>
    public required ImmutableArray<ulong> Seeds { get; init; }

    public required Spread ValAccuracy { get; init; }

    /// <summary>Multiply-accumulates at the end.</summary>
    public required Spread Macs { get; init; }

    /// <summary>Parameters at the end.</summary>
    public required Spread Parameters { get; init; }

    /// <summary>The epoch before which the network was cut; null if none was.</summary>
    public Spread? CutEpoch { get; init; }

    /// <summary>Wall-clock time of a run.</summary>
    public required Spread TotalSeconds { get; init; }

    /// <summary>The seeds with unusable networks; the summaries of their runs have the reasons.</summary>
    public ImmutableArray<ulong> UnfitSeeds { get; init; } = [];

    /// <summary>
    /// The paper's result for the same network and data at about the same cost; null if there is none.
    /// </summary>
    public PaperResult? Paper { get; init; }

    /// <summary>Combines complete runs.</summary>
    public static RepeatSummary Of(IReadOnlyCollection<RunSummary> runs) => new()
    {
        Seeds = [.. runs.Select(run => run.Seed ?? 0)],
        UnfitSeeds = [.. runs.Where(run => run.Problem is not null).Select(run => run.Seed ?? 0)],
        ValAccuracy = Spread.Of(runs.Select(run => run.ValAccuracy ?? 0)),
        Macs = Spread.Of(runs.Select(run => (double)run.MacsAfter)),
        Parameters = Spread.Of(runs.Select(run => (double)run.ParametersAfter)),
        CutEpoch = runs.All(run => run.CutEpoch is not null)
            ? Spread.Of(runs.Select(run => (double)run.CutEpoch!.Value))
            : null,
        TotalSeconds = Spread.Of(runs.Select(run => run.TotalSeconds)),
    };

    /// <summary>Writes or replaces the file.</summary>
    public void Write(string folder) =>
        RunLogWriter.WriteJson(Path.Combine(folder, FileName), this, RunLogJson.Indented.RepeatSummary);
}

/// <summary>A result of the paper's method.</summary>
/// <param name="Table">The table.</param>
/// <param name="Macs">The remaining fraction of multiply-accumulates, 0 to 1.</param>
/// <param name="Accuracy">Top-1 accuracy of the pruned network, 0 to 1.</param>
internal sealed record PaperResult(string Table, double Macs, double Accuracy);

/// <summary>Values of several seeds.</summary>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their sample standard deviation (n - 1); null for a single value.</param>
/// <param name="Values">The values, in the order of the seeds.</param>
internal sealed record Spread(double Mean, double? Deviation, ImmutableArray<double> Values)
{
    internal static Spread Of(IEnumerable<double> values)
    {
        ImmutableArray<double> all = [.. values];
        var mean = all.Average();
        return new(
            mean,
            all.Length < 2 ? null : Math.Sqrt(all.Sum(value => (value - mean) * (value - mean)) / (all.Length - 1)),
            all);
    }
}

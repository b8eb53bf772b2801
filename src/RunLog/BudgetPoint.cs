namespace Ocs.RunLog;

/// <summary>The network of one of several budgets.</summary>
public sealed record BudgetPoint
{
    /// <summary>The target: the fraction of the whole network's resource to remove.</summary>
    public required double Target { get; init; }

    /// <summary>The name of its run's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The value of <see cref="BudgetCurve.Metric"/>; null if it was not measured.</summary>
    public double? Value { get; init; }

    /// <summary>Multiply-accumulates of one sample.</summary>
    public required long Macs { get; init; }

    /// <summary>Parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>The epoch before which the network was cut for this budget.</summary>
    public int? CutEpoch { get; init; }

    /// <summary>Wall-clock time from the first epoch on.</summary>
    public double TotalSeconds { get; init; }

    /// <summary>The part of this time that the run shares with the previous one; 0 for the first.</summary>
    public double SharedSeconds { get; init; }

    /// <summary>Why the network is unusable; null if it is not.</summary>
    public string? Problem { get; init; }

    internal static BudgetPoint Of(double target, string folder, RunSummary summary) => new()
    {
        Target = target,
        Folder = folder,
        Value = summary.Headline?.Value ?? summary.ValAccuracy,
        Macs = summary.MacsAfter,
        Parameters = summary.ParametersAfter,
        CutEpoch = summary.CutEpoch,
        TotalSeconds = summary.TotalSeconds,
        SharedSeconds = summary.SharedSeconds ?? 0,
        Problem = summary.Problem,
    };
}

namespace Ocs.Pruning;

/// <summary>
/// The epochs of sparsity learning and of the latest cut, where they are not given: shares of the run's epochs, so that
/// a run of any length trains, learns sparsity, is cut, and trains on.
/// </summary>
internal static class CycleSchedule
{
    // 30 of 300, as in Tab. 8.
    private const double StartShare = 0.1;

    // Most of the epochs are left to the cut network.
    private const double CutShare = 0.4;

    // Where slices are 0 before the cut, nothing has to be learnt again after it.
    private const double DeadlineCutShare = 0.5;

    private const double ShrinkageShare = 0.2;

    /// <summary>The options with both epochs filled in, where they apply.</summary>
    public static OneCycleOptions Of(OneCycleOptions options, int epochs)
    {
        var hasDeadline = options.ShrinkageKind == ShrinkageKind.Deadline;
        if (hasDeadline)
        {
            options = options with
            {
                ShrinkageEpochs = options.ShrinkageEpochs ?? Math.Max(1, ShareOf(epochs, ShrinkageShare)),
            };
        }

        var earliest = options.MonitorStartEpoch;
        var given = options.SparsityStartEpoch?.Epoch;
        var latest = options.LatestCutEpoch;
        if (latest is null && !options.CutAtEnd)
        {
            latest = Math.Max(
                Within(
                    ShareOf(epochs, hasDeadline ? DeadlineCutShare : CutShare),
                    given + 1 ?? earliest,
                    LastCut(options, epochs)),
                given ?? 0);
        }

        var start = options.SparsityStartEpoch
            ?? (options.Stability == StabilityKind.Dispute ? (SparsityStart?)SparsityStart.Auto : null)
            ?? Within(ShareOf(epochs, StartShare), earliest, (latest ?? epochs) - 1);
        return options with { SparsityStartEpoch = start, LatestCutEpoch = latest };
    }

    /// <summary>
    /// The problems of resolved options in a run of this many epochs; each is a clause for an error message.
    /// </summary>
    public static IEnumerable<string> Problems(OneCycleOptions options, int epochs)
    {
        if (options.CutAtEnd)
        {
            yield break;
        }

        var (delay, last) = (Delay(options), LastCut(options, epochs));
        if (last < 0)
        {
            yield return $"`PhaseTiming.Official` cuts {delay} epochs later than `{nameof(options.LatestCutEpoch)}`, "
                + $"so a run needs at least {delay + 1} epochs, but has {epochs}";
        }
        else if (options.SparsityStartEpoch?.Epoch is { } start && start + delay >= epochs)
        {
            yield return $"`{nameof(options.SparsityStartEpoch)}` {start} does not come within {Epochs(epochs)}; "
                + "lower it, or leave it out";
        }
        else if (options.LatestCutEpoch is { } latest && latest > last)
        {
            yield return $"`{nameof(options.LatestCutEpoch)}` {latest} leaves no epoch to train the cut network in: "
                + $"with {Epochs(epochs)} it may be {last} at most; "
                + "lower it, leave it out, "
                + $"or ask for a cut without training after it (`{nameof(options.CutAtEnd)} = true`)";
        }
    }

    private static string Epochs(int epochs) => epochs == 1 ? "1 epoch" : $"{epochs} epochs (0 to {epochs - 1})";

    // The largest latest cut that leaves the cut network an epoch.
    private static int LastCut(OneCycleOptions options, int epochs) => epochs - 1 - Delay(options);

    // The authors' program starts two epochs after t_sl, and is as late with a forced cut.
    private static int Delay(OneCycleOptions options) => CycleTiming.Of(options.Timing).StartDelay;

    private static int ShareOf(int epochs, double share) =>
        (int)Math.Round(share * epochs, MidpointRounding.AwayFromZero);

    // The lower bound wins, so that a start that is too late is reported as such.
    private static int Within(int epoch, int least, int most) =>
        Math.Max(0, Math.Min(Math.Max(epoch, least), Math.Max(most, 0)));
}

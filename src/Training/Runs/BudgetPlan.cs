using System.Collections.Immutable;
using Ocs.Pruning;

namespace Ocs.Training.Runs;

/// <summary>
/// One of several budgets that share a run: when its cycle begins and ends. The first trains from the start; each other
/// one begins with the network that the one before it has cut.
/// </summary>
/// <param name="Target">The fraction of the resource to remove, of the whole network.</param>
/// <param name="Options">The options of its run, with the epochs of shrinkage and cut.</param>
internal sealed record BudgetPlan(double Target, OneCycleOptions Options)
{
    /// <summary>The name of its folder.</summary>
    public string Name => NextFolder.NameOf(Target);

    /// <summary>The budgets, the smallest first. A single one is an ordinary run.</summary>
    /// <param name="pruning">The method's options; their target does not count.</param>
    /// <param name="budgets">The targets.</param>
    /// <param name="epochs">Epochs of a run.</param>
    /// <exception cref="OcsInputException">The options or the epochs do not allow these budgets.</exception>
    public static ImmutableArray<BudgetPlan> Of(OneCycleOptions pruning, BudgetOptions budgets, int epochs)
    {
        budgets.Validate();
        ImmutableArray<double> targets = [.. budgets.Targets.Order()];
        if (targets.Length == 1)
        {
            return [Checked(targets[0], pruning, epochs)];
        }

        RequireDeadline(pruning);
        var alone = (pruning with { SparsityStartEpoch = null }).For(epochs);
        var shrinkage = alone.ShrinkageEpochs!.Value;

        // A later budget has less to shrink than the first one.
        var step = Math.Max(1, shrinkage / (targets.Length + 1));
        var later = step * (targets.Length - 1);

        // Until the first cut all budgets share the epochs, so it comes where one budget is cut at the latest.
        var cut = pruning.LatestCutEpoch
            ?? Math.Max(1, Math.Min(alone.LatestCutEpoch!.Value, epochs - 1 - later));
        RequireEpochs(pruning, targets, cut, step, epochs);
        var start = pruning.SparsityStartEpoch?.Epoch
            ?? Math.Max(Math.Min(pruning.MonitorStartEpoch, cut - 1), cut - shrinkage);
        return
        [
            .. targets.Select((target, index) => index == 0
                ? Checked(target, Between(pruning, start, cut), epochs)
                : Checked(target, Between(pruning, cut + step * (index - 1), cut + step * index), epochs)),
        ];
    }

    private static OneCycleOptions Between(OneCycleOptions pruning, int start, int cut) => pruning with
    {
        SparsityStartEpoch = start,
        LatestCutEpoch = cut,
        ShrinkageEpochs = Math.Max(1, cut - start),
    };

    private static BudgetPlan Checked(double target, OneCycleOptions pruning, int epochs)
    {
        var options = pruning with { Target = target };
        options.ValidateFor(epochs);
        return new(target, options.For(epochs));
    }

    private static void RequireDeadline(OneCycleOptions pruning)
    {
        if (pruning is not { ShrinkageKind: ShrinkageKind.Deadline, Shrinkage: true, CutAtEnd: false })
        {
            throw new OcsInputException(
                $"Several `{nameof(BudgetOptions.Targets)}` need cuts at given epochs: `ShrinkageKind.Deadline` "
                + $"with `{nameof(pruning.Shrinkage)} = true` and `{nameof(pruning.CutAtEnd)} = false`; "
                + "take `OneCycleOptions.Auto`, or a run for each target.");
        }
    }

    private static void RequireEpochs(
        OneCycleOptions pruning, ImmutableArray<double> targets, int cut, int step, int epochs)
    {
        var last = cut + step * (targets.Length - 1);
        if (cut < 1 || last > epochs - 1)
        {
            throw new OcsInputException(
                $"{targets.Length} `{nameof(BudgetOptions.Targets)}` are cut before epochs {cut} to {last}, but a run "
                + $"of {epochs} epochs can be cut before epochs 1 to {epochs - 1}; give fewer targets, more epochs"
                + (pruning.LatestCutEpoch is null ? "." : $", or another `{nameof(pruning.LatestCutEpoch)}`."));
        }

        if (pruning.SparsityStartEpoch?.Epoch >= cut)
        {
            throw new OcsInputException(
                $"The first of several `{nameof(BudgetOptions.Targets)}` is cut before epoch {cut}, but "
                + $"`{nameof(pruning.SparsityStartEpoch)}` is {pruning.SparsityStartEpoch.Value.Epoch}; lower it, "
                + "or leave it out.");
        }
    }
}

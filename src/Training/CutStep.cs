using Ocs.Pruning;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.Training.Metrics;

namespace Ocs.Training;

/// <summary>The cut (lines 13 and 14 of Alg. 1). Nothing is replaced before the gate has passed.</summary>
internal sealed class CutStep(TrainingContext run, Evaluator evaluator, Arranger arranger, EpochLoop epochs)
{
    /// <summary>
    /// Cuts the network, and what goes with it: the optimiser, the average of the weights, the schedule.
    /// </summary>
    /// <param name="epoch">The epoch before which it is cut.</param>
    /// <exception cref="TrainingFailedException">
    /// The cut is not proven right, or the network can't be measured; the whole one is kept.
    /// </exception>
    public void Make(int epoch)
    {
        var (pruner, pruning) = (run.Pruner!, run.Pruning!);
        run.State = run.State with { CutEpoch = epoch };
        var partition = pruner.ChoosePartition();
        foreach (var remark in partition.Remarks(
            pruning.Target, [.. pruner.Coupling.Groups.Select(group => group.Name)]))
        {
            run.Warn(remark);
        }

        run.Replicas.RequireEqual(partition.Subnetwork);
        var before = run.State.Evaluation ?? evaluator.Measure();
        evaluator.RequireFinite("before the cut");
        using var cut = Prove(pruner, partition);
        run.HandOver(ModelKind.Whole);
        run.State = run.State with
        {
            Layers = LayerOutcome.Of(pruner.Coupling, cut.Plan.After, partition),
            Record = pruner.RecordOf(cut, epoch) with { Seed = run.Training.Seed, Options = run.OptionsText },
            IterationsBehind = (long)CycleTiming.Of(pruning.Timing).EpochsBehindAfterCut * run.Batches.BatchesPerEpoch,
        };
        Replace(cut, pruner, partition, epoch);
        Tell(before, cut.Plan, pruner.WasForced);
    }

    private void Replace(ProvenCut cut, OneCyclePruner pruner, Partition partition, int epoch)
    {
        var plan = cut.Plan;
        if (run.Pruning!.OptimizerAtCut == OptimizerAtCut.Restart)
        {
            run.Optimizer.Restart();
        }
        else
        {
            run.Optimizer.Cut(plan);
        }

        pruner.Dispose();
        epochs.Forget();
        using var whole = run.Network;
        run.Network = new(plan.After, cut.Release().Parameters, run.Generator);
        run.Network.TakeAverage(whole, plan);
        run.Network.Recalibrate(run.Batches, epoch, run.Pruning.RecalibrationBatches, run.PartSize);
        arranger.Arrange(LanePadding.Plan(pruner.Coupling, partition.Subnetwork, plan), whole);
    }

    private void Tell(EvaluationResult before, CutPlan plan, bool wasForced)
    {
        var after = evaluator.Measure();
        run.State = run.State with { BeforeCut = before, AfterCut = after };
        var metric = run.Task.Metrics[0];
        run.Seen.Message(
            $"Cut {(wasForced ? "before the sub-network was stable" : "with a stable sub-network")}: "
            + $"{plan.Before.Macs:N0} to {plan.After.Macs:N0} MACs, {metric.Name} {metric.Show(before.Headline)} to "
            + $"{metric.Show(after.Headline)}; the gate passed.");
        evaluator.RequireFinite("after the cut");
        if (Collapse.AtCut(run.Guessing, before.Headline, after.Headline) is { } warning)
        {
            run.Warn(warning);
        }
    }

    private ProvenCut Prove(OneCyclePruner pruner, Partition partition)
    {
        try
        {
            var cut = run.WithProbe(
                probe => ProvenCut.Make(pruner.Search, partition, run.Network.Parameters, [.. probe.Inputs]));
            run.State = run.State with { Gate = cut.Gate };
            return cut;
        }
        catch (UnprovenCutException error)
        {
            run.State = run.State with { Gate = error.Gate };
            run.HandOver(ModelKind.Last);
            throw CutNotProvenException.Of(error);
        }
    }
}

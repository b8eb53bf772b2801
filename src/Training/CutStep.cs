using System.Collections.Immutable;
using System.Diagnostics;
using Ocs.Data;
using Ocs.Pruning;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.Training.Checkpoints;
using Ocs.Training.Metrics;
using Ocs.Training.Optimizers;
using Ocs.Training.Telemetry;

namespace Ocs.Training;

/// <summary>The cut (lines 13 and 14 of Alg. 1). Nothing is replaced before the gate has passed.</summary>
internal sealed class CutStep(TrainingContext run, Evaluator evaluator, Arranger arranger, EpochLoop epochs)
{
    // Channel means over the samples and positions of this many batches are exact enough.
    private const int RepairBatches = 10;

    /// <summary>
    /// Cuts the network, and with it the optimiser's state, the average of the weights and the schedule.
    /// </summary>
    /// <param name="epoch">The epoch before which it is cut.</param>
    /// <exception cref="TrainingFailedException">
    /// The cut is not proven, or the cut network cannot be evaluated. The whole network is kept.
    /// </exception>
    public void Make(int epoch)
    {
        using var activity = run.Telemetry.Begin("ocs.cut", epoch);
        var (pruner, pruning) = (run.Pruner!, run.Pruning!);
        run.State = run.State with { CutEpoch = epoch };
        var partition = pruner.ChoosePartition();
        foreach (var remark in partition.Remarks(
            pruning.Target, [.. pruner.Coupling.Groups.Select(group => group.Name)]))
        {
            run.Warn(remark, TrainingLog.TargetRemark);
        }

        run.Replicas.RequireEqual(partition.Subnetwork);
        var before = run.State.Evaluation ?? evaluator.Measure();
        evaluator.RequireFinite("before the cut");
        using var cut = Prove(pruner, partition);
        run.HandOver(ModelKind.Whole);
        var repairs = Repairs(pruner, partition, cut.Plan);
        run.State = run.State with
        {
            Layers = LayerOutcome.Of(pruner.Coupling, cut.Plan.After, partition),
            Record = pruner.RecordOf(cut, epoch) with { Seed = run.Training.Seed, Options = run.OptionsText },
            IterationsBehind = (long)CycleTiming.Of(pruning.Timing).EpochsBehindAfterCut * run.Batches.BatchesPerEpoch,
        };
        using var whole = run.Network;
        Replace(cut, pruner);
        var isRepaired = repairs.Any(repair => repair.Count > 0)
            || (pruning.RecalibrationBatches > 0 && NormRecalibration.Concerns(cut.Plan.After));

        // Evaluation changes the state, so it comes first.
        var after = evaluator.Measure();
        run.State = run.State with { BeforeCut = before, AfterCut = after };
        if (isRepaired)
        {
            Repair(repairs, epoch);
            var repaired = evaluator.Measure();
            run.State = run.State with { AfterRepair = repaired };
        }

        activity?.SetTag("ocs.macs.before", cut.Plan.Before.Macs);
        activity?.SetTag("ocs.macs.after", cut.Plan.After.Macs);
        Log(cut.Plan, epoch);
        run.HandOn?.Invoke(HandedOn.Of(run, whole.Arrangement));
        arranger.Arrange(LanePadding.Plan(pruner.Coupling, partition.Subnetwork, cut.Plan), whole);
        Tell(cut.Plan, pruner.WasForced);
    }

    // Of the parameters, and of their average where there is one. They are measured on the whole network.
    private ImmutableArray<LayerRepair> Repairs(OneCyclePruner pruner, Partition partition, CutPlan plan)
    {
        if (!run.Pruning!.Repair)
        {
            return [];
        }

        List<Batch> batches = [];
        try
        {
            // Added one by one, because a later batch may be broken.
            foreach (var batch in run.Batches.Epoch(run.State.Epoch).Take(RepairBatches))
            {
                batches.Add(batch);
            }

            return
            [
                .. run.Network.Tables.Select(whole => LayerRepair.Measure(
                    pruner.Coupling, partition.Subnetwork, plan, whole, batches.Select(batch => batch.Inputs),
                    run.Replicas.Count > 1 ? run.Replicas.Sum : null)),
            ];
        }
        finally
        {
            batches.ForEach(batch => batch.Dispose());
        }
    }

    private void Repair(ImmutableArray<LayerRepair> repairs, int epoch)
    {
        foreach (var (repair, parameters) in repairs.Zip(run.Network.Tables))
        {
            repair.Apply(parameters);
        }

        run.Network.Recalibrate(run.Batches, epoch, run.Pruning!.RecalibrationBatches, run.PartSize);
    }

    private void Replace(ProvenCut cut, OneCyclePruner pruner)
    {
        var plan = cut.Plan;
        if (Restarts(run.Pruning!.OptimizerAtCut))
        {
            run.Optimizer.Restart();
        }
        else
        {
            run.Optimizer.Cut(plan);
        }

        pruner.Dispose();
        epochs.Forget();
        var whole = run.Network;
        run.Network = new(plan.After, cut.Release().Parameters, run.Generator, run.Training.Recompute);
        run.Network.TakeAverage(whole, plan);
    }

    private bool Restarts(OptimizerAtCut choice) =>
        choice == OptimizerAtCut.Restart || (choice == OptimizerAtCut.Auto && run.Optimizer is Adam);

    private void Tell(CutPlan plan, bool wasForced)
    {
        var (before, after) = (run.State.BeforeCut!, run.State.AfterCut!);
        var repaired = run.State.AfterRepair;
        var metric = run.Task.Metrics[0];
        run.Seen.Message(
            $"Cut {(wasForced ? "before the sub-network was stable" : "with a stable sub-network")}: "
            + $"{plan.Before.Macs:N0} to {plan.After.Macs:N0} MACs, {metric.Name} {metric.Show(before.Headline)} to "
            + metric.Show(after.Headline)
            + (repaired is null ? "; " : $", {metric.Show(repaired.Headline)} after repair; ")
            + "the gate passed.");
        evaluator.RequireFinite("after the cut");
        if (Collapse.AtCut(run.Guessing, before.Headline, (repaired ?? after).Headline) is { } warning)
        {
            run.Warn(warning, TrainingLog.Collapsed);
        }
    }

    private void Log(CutPlan plan, int epoch)
    {
        var (before, after, metric) = (run.State.BeforeCut!, run.State.AfterCut!, run.Task.Metrics[0].Name);
        run.Log.CutMade(
            run.Telemetry.Model, epoch, plan.Before.Macs, plan.After.Macs, metric, before.Headline, after.Headline);
        if (run.State.AfterRepair is { } repaired)
        {
            run.Log.CutRepaired(metric, after.Headline, repaired.Headline);
        }
    }

    private ProvenCut Prove(OneCyclePruner pruner, Partition partition)
    {
        using var activity = run.Telemetry.Begin("ocs.verify");
        try
        {
            var cut = run.WithProbe(
                probe => ProvenCut.Make(pruner.Search, partition, run.Network.Parameters, [.. probe.Inputs]));
            run.State = run.State with { Gate = cut.Gate };
            run.Log.GatePassed(cut.Gate.LargestDifference);
            activity?.SetTag("ocs.gate.largest_difference", cut.Gate.LargestDifference);
            return cut;
        }
        catch (UnprovenCutException error)
        {
            run.State = run.State with { Gate = error.Gate };
            run.Log.GateFailed(error.Gate?.Problem);
            activity?.SetStatus(ActivityStatusCode.Error, error.Gate?.Problem);
            run.HandOver(ModelKind.Last);
            throw CutNotProvenException.Of(error);
        }
    }
}

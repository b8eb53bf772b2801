using Ocs.Data;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.Torch;
using Ocs.Training.Optimizers;
using Ocs.Training.Schedules;
using Ocs.Training.Telemetry;

namespace Ocs.Training;

/// <summary>
/// Chooses the ranking whose sub-network learns best when it is cut on trial: the one with the smallest loss after a
/// few steps.
/// </summary>
/// <remarks>
/// The loss right after a cut says little when the network has learnt little. Each sub-network is a copy, which takes
/// the same steps on the same batches, at the learning rates of the run, with a new optimiser and without a teacher.
/// The run itself does not change.
/// </remarks>
internal static class RankingTrial
{
    // Or an epoch's, if it has fewer. The loss is the mean over the second half.
    private const int Steps = 60;

    /// <summary>Cuts the network on trial to each sub-network, and returns the best one.</summary>
    /// <param name="run">The run.</param>
    /// <param name="candidates">The sub-networks. The first is taken unless another has a smaller loss.</param>
    /// <exception cref="OperationCanceledException">
    /// The run was stopped. Several processes complete the trial, for they agree on a stop only in the run's own steps.
    /// </exception>
    public static RankedSubnetwork Best(TrainingContext run, IReadOnlyList<RankedSubnetwork> candidates)
    {
        var losses = run.Replicas.Mean([.. candidates.Select(candidate => Loss(run, candidate))]);
        var best = Best(losses);
        var trials = candidates.Zip(losses, (candidate, loss) => $"{loss:F4} {Name(candidate)}");
        run.Tell(
            $"Ranking: {Name(candidates[best])}. The loss of a cut on trial is {string.Join(", ", trials)}.",
            TrainingLog.RankingChosen);
        return candidates[best];
    }

    /// <summary>The index of the smallest loss; of equal ones the first, and 0 if none is finite.</summary>
    internal static int Best(IReadOnlyList<double> losses) => Enumerable.Range(0, losses.Count)
        .Where(index => double.IsFinite(losses[index]))
        .DefaultIfEmpty()
        .MinBy(index => losses[index]);

    private static double Loss(TrainingContext run, RankedSubnetwork candidate)
    {
        var plan = CutPlan.Create(candidate.Search.Coupling, candidate.Partition.Subnetwork);
        using var generator = new Generator(run.Training.Seed);
        using var network = new RunningNetwork(
            plan.After, plan.Apply(run.Network.Parameters), generator, run.Training.Recompute);
        network.Executor.Lay(run.Network.Executor.MemoryFormat);

        // Float16 needs a scale of the loss that this copy does not have.
        network.Take(run.Scaler is null ? run.Network.Precision : Precision.Fp32);
        using var optimizer = run.Training.CreateOptimizer();
        List<double> losses = [];
        foreach (var batch in run.Batches.Epoch(run.State.Epoch).Take(Steps))
        {
            using (batch)
            {
                if (run.Replicas.Count == 1)
                {
                    run.Stop.ThrowIfCancellationRequested();
                }

                losses.Add(Step(run, network, optimizer, batch, losses.Count));
            }
        }

        return losses.Skip(losses.Count / 2).Average();
    }

    private static double Step(
        TrainingContext run, RunningNetwork network, IOptimizer optimizer, Batch batch, int step)
    {
        var perEpoch = run.Batches.BatchesPerEpoch;
        using var part = batch.Part(0, Math.Min(batch.Count, run.PartSize));
        var (outputs, loss) = network.Forward(part, run.Task, distiller: null);
        outputs.Release();
        using (loss)
        {
            Autograd.Backward(loss);
            if (run.Training.ClipGradientNorm is { } norm)
            {
                GradientClipping.Apply(network.Parameters, norm);
            }

            optimizer.Step(
                network.Parameters,
                LearningRateSchedule.At(run.Training, ((long)run.State.Epoch * perEpoch) + step, perEpoch));
            return loss.Item<double>();
        }
    }

    private static string Name(RankedSubnetwork candidate) => OptionName.Of($"{candidate.Search.Options.Ranking}");
}

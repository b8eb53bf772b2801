using Ocs.Data;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.Torch;
using Ocs.Training.Telemetry;

namespace Ocs.Training;

/// <summary>
/// Chooses the ranking whose sub-network does best when it is cut on trial: the one with the smallest loss on training
/// samples, after its batch norms are estimated again.
/// </summary>
/// <remarks>
/// The accuracy with statistics of its own predicts which of several cut networks is best after training: EagleEye, Li
/// et al. 2020, arXiv 2007.02491.
/// </remarks>
internal static class RankingTrial
{
    private const int StatisticsBatches = 30;
    private const int LossBatches = 20;
    private const int LossBatchSize = 64;

    // Of losses that are nearly equal, either may belong to the better network after training.
    private const double Advantage = 0.9;

    /// <summary>Cuts the network on trial to each sub-network, and returns the best one.</summary>
    /// <param name="run">The run.</param>
    /// <param name="candidates">The sub-networks. The first is taken unless another is better by a tenth.</param>
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

    /// <summary>The index of the smallest loss, or 0 if that is not smaller than the first by a tenth.</summary>
    internal static int Best(IReadOnlyList<double> losses)
    {
        var smallest = Enumerable.Range(0, losses.Count).Where(index => double.IsFinite(losses[index]))
            .DefaultIfEmpty().MinBy(index => losses[index]);
        return losses[smallest] < Advantage * losses[0] || !double.IsFinite(losses[0]) ? smallest : 0;
    }

    private static double Loss(TrainingContext run, RankedSubnetwork candidate)
    {
        var plan = CutPlan.Create(candidate.Search.Coupling, candidate.Partition.Subnetwork);
        using var parameters = plan.Apply(run.Network.Parameters);
        using var generator = new Generator(run.Training.Seed);
        NormRecalibration.Run(
            plan.After, parameters, run.Batches, run.State.Epoch, StatisticsBatches, generator, run.PartSize);
        return MeanLoss(run, new(plan.After, parameters, run.Network.Executor.MemoryFormat));
    }

    // Of the same samples for every candidate, without augmentation.
    private static double MeanLoss(TrainingContext run, Executor executor)
    {
        using var _ = Autograd.NoGrad();
        using var source = run.Data.Train.Open(BatchLoaderOptions.Evaluation(Math.Min(LossBatchSize, run.PartSize)) with
        {
            Shuffle = true,
            Device = run.Device,
        });
        var (sum, count) = (0.0, 0);
        foreach (var batch in source.Epoch(run.State.Epoch).Take(LossBatches))
        {
            using (batch)
            {
                var outputs = executor.ForwardAll([.. batch.Inputs], training: false);
                try
                {
                    using var loss = run.Task.Loss(outputs, batch);
                    (sum, count) = (sum + (loss.Item<double>() * batch.Count), count + batch.Count);
                }
                finally
                {
                    outputs.Release();
                }
            }
        }

        return sum / count;
    }

    private static string Name(RankedSubnetwork candidate) => OptionName.Of($"{candidate.Search.Options.Ranking}");
}

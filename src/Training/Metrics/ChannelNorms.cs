using Ocs.Pruning.Search;
using Ocs.RunLog;

namespace Ocs.Training.Metrics;

/// <summary>The norms of kept and of pruned channels, as the run log keeps them (Fig. 5).</summary>
internal static class ChannelNorms
{
    /// <summary>Counts the channels of every prunable group; null if there is none.</summary>
    public static NormHistogram? Of(Partition partition)
    {
        var (kept, pruned) = (new List<double>(), new List<double>());
        for (var group = 0; group < partition.Saliency.Length; group++)
        {
            var norms = partition.Saliency[group];
            if (norms.Length > 0)
            {
                kept.AddRange(partition.Subnetwork.Kept[group].Select(channel => norms[channel]));
                pruned.AddRange(partition.Subnetwork.PrunedOf(group).Select(channel => norms[channel]));
            }
        }

        return NormHistogram.Of(kept, pruned);
    }
}

using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;

namespace Ocs.Pruning.Latency;

/// <summary>A sub-network that was timed; times are in seconds.</summary>
/// <param name="Search">What found it.</param>
/// <param name="Options">By which; the multiple of channels is one of those tried.</param>
/// <param name="Partition">What stays.</param>
/// <param name="Plan">The cut.</param>
/// <param name="Whole">Of the whole network.</param>
/// <param name="Predicted">By the table.</param>
/// <param name="Measured">By the clock, in turns with the whole network.</param>
internal sealed record TimedPartition(
    SubnetworkSearch Search,
    PruneOptions Options,
    Partition Partition,
    CutPlan Plan,
    double Whole,
    double Predicted,
    double Measured)
{
    /// <summary>How many parts of the network were timed for the tables.</summary>
    public int Measurements { get; init; }

    /// <summary>How many cuts were timed.</summary>
    public int Cuts { get; init; }
}

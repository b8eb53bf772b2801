using Ocs.Pruning.Search;

namespace Ocs.Pruning;

/// <summary>A sub-network, and the search that found it.</summary>
/// <param name="Search">The search.</param>
/// <param name="Partition">The sub-network of the present weights.</param>
internal sealed record RankedSubnetwork(SubnetworkSearch Search, Partition Partition);

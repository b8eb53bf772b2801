using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Pruning.Coupling;

/// <summary>Networks under other policies than they were built with.</summary>
internal static class CouplingPolicies
{
    /// <summary>The same network; null leaves the heads of attention, or the groups of layers, as they are.</summary>
    public static Graph WithPolicies(this Graph graph, CouplingPolicy? heads, CouplingPolicy? groups) =>
        graph.WithPolicies(
            heads switch
            {
                null => null,
                CouplingPolicy.Whole => SplitPolicy.WholeOuter,
                _ => SplitPolicy.SameInner,
            },
            groups switch
            {
                null => (GroupPolicy?)null,
                CouplingPolicy.Whole => GroupPolicy.WholeGroups,
                _ => GroupPolicy.SameIndex,
            });
}

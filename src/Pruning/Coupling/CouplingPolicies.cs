using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Pruning.Coupling;

/// <summary>Changes the coupling policies of a network.</summary>
internal static class CouplingPolicies
{
    /// <summary>
    /// The same network with other policies. Null keeps the policy of attention heads, or of grouped layers.
    /// </summary>
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

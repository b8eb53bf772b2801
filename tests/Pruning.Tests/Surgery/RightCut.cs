using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning.Tests.Surgery;

/// <summary>What holds of a random cut of any network.</summary>
internal static class RightCut
{
    /// <summary>It passes the gate, its costs are those that were counted, and enough groups can be cut.</summary>
    public static void AssertPasses(
        Graph graph, ParameterTable parameters, Tensor batch, int seed, int fewestPrunable)
    {
        var coupling = CouplingGraph.Build(graph);
        var subnetwork = coupling.RandomSubnetwork(seed);
        var plan = CutPlan.Create(coupling, subnetwork);
        using var cut = plan.Apply(parameters);
        var macs = ResourceConstraint.Macs(coupling).Count(subnetwork);
        var result = PruneProofGate.Check(
            coupling, subnetwork, plan, parameters, cut, batch, macs, (after, table) => (after, table.Clone(after)));
        Assert.Null(result.Problem);
        Assert.True(result.Passed);
        Assert.Equal(plan.After.Macs, macs);
        Assert.Equal(plan.After.ParameterCount, ResourceConstraint.Parameters(coupling).Count(subnetwork));
        Assert.True(coupling.Groups.Count(group => group.IsPrunable) >= fewestPrunable);
    }
}

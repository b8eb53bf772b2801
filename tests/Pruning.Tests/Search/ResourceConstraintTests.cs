using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;

namespace Ocs.Pruning.Tests.Search;

public sealed class ResourceConstraintTests
{
    [Fact]
    public void Macs_and_parameters_of_the_cut_network_are_what_the_search_counted() =>
        Properties.HoldForRandomGraphs(100, random =>
    {
        var graph = random.Build();
        var coupling = CouplingGraph.Build(graph);
        var subnetwork = coupling.RandomSubnetwork(random.Seed);
        var after = CutPlan.Create(coupling, subnetwork).After;
        Assert.Equal(graph.Macs, ResourceConstraint.Macs(coupling).Total);
        Assert.Equal(after.Macs, ResourceConstraint.Macs(coupling).Count(subnetwork));
        Assert.Equal(graph.ParameterCount, ResourceConstraint.Parameters(coupling).Total);
        Assert.Equal(after.ParameterCount, ResourceConstraint.Parameters(coupling).Count(subnetwork));
    });

    [Fact]
    public void A_chain_counts_products_of_neighbours()
    {
        // 1 x 4 + 4 x 6 + 6 x 2; with 3 and 5 channels left 3 + 15 + 10.
        var coupling = CouplingGraph.Build(Networks.Chain(2, 4, 6));
        var macs = ResourceConstraint.Macs(coupling);
        var subnetwork = coupling.Without(("conv0", [2]), ("conv1", [0]));
        Assert.Equal(40, macs.Total);
        Assert.Equal(28, macs.Count(subnetwork));
        Assert.Equal(0.3, macs.Removed(subnetwork), 1e-12);
        // The biases of the classifier stay.
        Assert.Equal(42, ResourceConstraint.Parameters(coupling).Total);
        Assert.Equal(30, ResourceConstraint.Parameters(coupling).Count(subnetwork));
    }

    [Fact]
    public void A_flattened_channel_counts_with_all_of_its_positions()
    {
        // conv 2 x 3 at 4 positions, classifier 12 x 2; a channel less is 2 x 4 and 4 x 2 less.
        var coupling = CouplingGraph.Build(Networks.Flattened());
        var macs = ResourceConstraint.Macs(coupling);
        Assert.Equal(48, macs.Total);
        Assert.Equal(32, macs.Count(coupling.Without(("conv", [1]))));
    }

    [Fact]
    public void Memory_is_what_is_alive_at_once()
    {
        // Values of 1, 4, 6, 6 and 2 numbers; flatten has its input and its output.
        var coupling = CouplingGraph.Build(Networks.Chain(2, 4, 6));
        var memory = ResourceConstraint.ActivationMemory(coupling);
        Assert.Equal(4 * 12, memory.Total);
        Assert.Equal(4 * 10, memory.Count(coupling.Without(("conv0", [2]), ("conv1", [0]))));
        // 4 + 1 and then 1 + 2 after it are less than 4 + 1 before.
        Assert.Equal(4 * 5, memory.Count(coupling.Without(("conv1", [0, 1, 2, 3, 4]))));
    }

    [Fact]
    public void Memory_of_the_cut_network_is_what_the_search_counted() => Properties.HoldForRandomGraphs(100, random =>
    {
        var graph = random.Build();
        var coupling = CouplingGraph.Build(graph);
        var subnetwork = coupling.RandomSubnetwork(random.Seed);
        var memory = ResourceConstraint.ActivationMemory(coupling);
        Assert.Equal(PeakBytes(graph), memory.Total);
        Assert.Equal(PeakBytes(CutPlan.Create(coupling, subnetwork).After), memory.Count(subnetwork));
    });

    // While a node runs, alive is its value, and every earlier one that it, a later node or the caller reads.
    private static long PeakBytes(Graph graph) =>
        Enumerable.Range(0, graph.Nodes.Length).Max(now => Enumerable.Range(0, now + 1)
        .Where(value => value == now || graph.Outputs.Contains(value)
            || graph.Nodes.Skip(now).Any(node => node.Inputs.Contains(value)))
        .Sum(value => sizeof(float) * graph.Nodes[value].Shape.Aggregate(1L, (product, size) => product * size)));
}

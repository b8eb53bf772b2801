using Ocs.Graphs;
using Ocs.Pruning.Coupling;

namespace Ocs.Zoo.Tests;

/// <summary>What the tests of several architectures ask, each with its own numbers.</summary>
internal static class ZooAssert
{
    /// <summary>On the images of its publication, a network's node has the shape [1, channels, size, size].</summary>
    public static void Shape(string network, string node, long channels, long size)
    {
        var shape = Models.Build(network).Nodes.Single(candidate => candidate.Name == node).Shape;
        Assert.Equal([1, channels, size, size], shape.ToArray());
    }

    /// <summary>A network has so many groups whose channels may leave, and besides only image and classes.</summary>
    public static void Groups(string network, int prunable)
    {
        var coupling = CouplingGraph.Build(Models.Build(network));
        Assert.Equal(prunable, coupling.Groups.Count(group => group.IsPrunable));
        OnlyImageAndClassesAreFrozen(coupling);
    }

    /// <summary>The group that the rows of a weight are in.</summary>
    public static Group GroupOfRows(Graph graph, string weight) => CouplingGraph.Build(graph).Groups
        .Single(group => group.Members.Any(member => member.Parameter == weight && member.Dimension == 0));

    public static void OnlyImageAndClassesAreFrozen(CouplingGraph coupling)
    {
        var frozen = coupling.Groups.Where(group => !group.IsPrunable);
        Assert.Equal(
            ["input of the network", "output of the network"],
            frozen.Select(group => group.FrozenReason).Order(StringComparer.Ordinal));
    }
}

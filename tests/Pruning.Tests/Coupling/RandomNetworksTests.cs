using System.Text.Json.Serialization;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Pruning.Tests.Coupling;

/// <summary>What the random networks of the property tests are made of.</summary>
public sealed class RandomNetworksTests
{
    [Fact]
    public void Three_hundred_random_networks_of_each_sort_draw_every_operator()
    {
        var drawn = Enumerable.Range(0, 300)
            .SelectMany(seed => new[] { new RandomGraph(seed, 1 + seed % 5)
            .Build(), new RandomTransformer(seed, 1 + seed % 3, Norms: seed % 2 == 1).Build() })
            .Append(new RandomDetector(0).Build())
            .Concat(Enumerable.Range(0, 40).Select(seed => new RandomVolume(seed).Build()))
            .SelectMany(graph => graph.Nodes)
            .Select(node => node.Operator.GetType())
            .ToHashSet();
        var all = typeof(Operator).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), inherit: false)
            .Cast<JsonDerivedTypeAttribute>()
            .Select(kind => kind.DerivedType);

        // Steps and places are met by rounding; their own tests cut them.
        Type[] steps =
            [typeof(ArgMax), typeof(Comparison), typeof(GatherElements), typeof(GridSample), typeof(Where)];
        Assert.Empty(all.Except(drawn).Except(steps).Select(kind => kind.Name));
    }
}

using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Pruning.Tests;

/// <summary>Networks whose numbers can be counted by hand, and random sub-networks.</summary>
internal static class Networks
{
    /// <summary>
    /// 1x1 convolutions of these widths on one pixel of one channel, then a classifier: MACs are products of
    /// neighbours.
    /// </summary>
    public static Graph Chain(int classes, params ReadOnlySpan<int> widths)
    {
        var g = new GraphBuilder("chain");
        var x = g.Input("input", 1, 1, 1);
        for (var layer = 0; layer < widths.Length; layer++)
        {
            x = g.Conv2d($"conv{layer}", x, widths[layer], 1);
        }

        return g.Build(g.Linear("fc", g.Flatten("flatten", x), classes));
    }

    /// <summary>
    /// A convolution of 3 channels whose 2x2 positions are flattened into the classifier: 4 columns a channel.
    /// </summary>
    public static Graph Flattened()
    {
        var g = new GraphBuilder("flattened");
        var x = g.BatchNorm2d("bn", g.Conv2d("conv", g.Input("input", 2, 2, 2), 3, 1, bias: true));
        return g.Build(g.Linear("fc", g.Flatten("flatten", x), 2));
    }

    /// <summary>The position of a group by its name.</summary>
    public static int Position(this CouplingGraph coupling, string name) =>
        Enumerable.Range(0, coupling.Groups.Length).Single(position => coupling.Groups[position].Name == name);

    /// <summary>Saliency by the group's name; the groups that are not named may not be cut.</summary>
    public static ImmutableArray<double[]> Saliency(
        this CouplingGraph coupling, params (string Group, double[] Scores)[] given) =>
        [.. coupling.Groups.Select(group => given.FirstOrDefault(pair => pair.Group == group.Name).Scores ?? [])];

    /// <summary>Pruned channels by the group's name.</summary>
    public static Subnetwork Without(this CouplingGraph coupling, params (string Group, int[] Channels)[] pruned) =>
        Subnetwork.FromPruned(
            coupling.Groups, coupling.Groups.Select(
                group => pruned.FirstOrDefault(pair => pair.Group == group.Name).Channels ?? []));

    /// <summary>Any channels of any group that may be cut leave, but never all of one.</summary>
    public static Subnetwork RandomSubnetwork(this CouplingGraph coupling, int seed)
    {
        var dice = new Dice(seed);
        return Subnetwork.FromPruned(coupling.Groups, coupling.Groups.Select(group =>
        {
            var stays = dice.Roll(group.Channels);
            var share = dice.Uniform();
            return (IReadOnlyCollection<int>)[.. Enumerable.Range(0, group.Channels)
                .Where(channel => group.IsPrunable && channel != stays && dice.Chance(share))];
        }));
    }

    /// <summary>The network under policies drawn from a seed, or its own.</summary>
    public static Graph WithRandomPolicies(this Graph graph, int seed)
    {
        var dice = new Dice(seed + 3);
        CouplingPolicy? Draw() => dice.Pick<CouplingPolicy?>(null, CouplingPolicy.Whole, CouplingPolicy.SameIndex);
        return graph.WithPolicies(heads: Draw(), groups: Draw());
    }

    /// <summary>The network's output in evaluation.</summary>
    public static Tensor Evaluate(Graph graph, ParameterTable parameters, Tensor batch)
    {
        using var _ = Autograd.NoGrad();
        return new Executor(graph, parameters).Forward(batch, training: false);
    }

    /// <summary>Overwrites a parameter's values.</summary>
    public static void Set(this ParameterTable parameters, string name, params ReadOnlySpan<float> values)
    {
        using var _ = Autograd.NoGrad();
        using var source = Tensor.FromArray<float>(values, parameters[name].Shape);
        Aten.CopyInPlace(parameters[name], source);
    }
}

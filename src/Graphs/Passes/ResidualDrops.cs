using System.Collections.Immutable;
using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Passes;

/// <summary>
/// Drops the residual branches of a network at random in training: stochastic depth (Huang et al. 2016, arXiv
/// 1603.09382). A branch is what is added to a value that it is computed from.
/// </summary>
internal static class ResidualDrops
{
    /// <summary>
    /// The network whose branches are dropped with a probability that rises in equal steps from 0 at the first branch
    /// to the highest at the last one (Eq. 4 of the paper). Branches that are dropped already get the new probability.
    /// </summary>
    /// <param name="graph">The network.</param>
    /// <param name="highest">The probability at the last branch, in [0, 1).</param>
    /// <exception cref="OcsInputException">The network has no residual branch.</exception>
    public static Graph With(Graph graph, double highest)
    {
        var branches = BranchesOf(graph);
        if (branches.Count == 0)
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' has no residual branches that stochastic depth could drop; leave it out.");
        }

        var nodes = ImmutableArray.CreateBuilder<Node>();
        var places = new int[graph.Nodes.Length];
        var seen = 0;
        for (var index = 0; index < places.Length; index++)
        {
            var node = graph.Nodes[index];
            var inputs = node.Inputs.Select(input => places[input]).ToArray();
            if (branches.TryGetValue(index, out var side))
            {
                var drop = new StochasticDepth(highest * seen++ / Math.Max(branches.Count - 1, 1));
                var branch = inputs[side];
                if (nodes[branch].Operator is StochasticDepth)
                {
                    nodes[branch] = nodes[branch] with { Operator = drop };
                }
                else
                {
                    nodes.Add(new(NameOf(graph, node), drop, [branch], [], nodes[branch].Shape));
                    inputs[side] = nodes.Count - 1;
                }
            }

            nodes.Add(node with { Inputs = [.. inputs] });
            places[index] = nodes.Count - 1;
        }

        var after = graph with
        {
            Nodes = nodes.ToImmutable(),
            Outputs = [.. graph.Outputs.Select(output => places[output])],
        };
        GraphVerifier.Verify(after);
        return after;
    }

    // By the place of a sum, which of its two inputs is the branch: the one that is computed from the other.
    private static Dictionary<int, int> BranchesOf(Graph graph)
    {
        var branches = new Dictionary<int, int>();
        for (var index = 0; index < graph.Nodes.Length; index++)
        {
            if (graph.Nodes[index] is { Operator: Add, Inputs: [var first, var second] } && first != second)
            {
                var (shortcut, branch) = (Math.Min(first, second), Math.Max(first, second));
                if (IsComputedFrom(graph, branch, shortcut))
                {
                    branches[index] = branch == first ? 0 : 1;
                }
            }
        }

        return branches;
    }

    private static bool IsComputedFrom(Graph graph, int node, int origin)
    {
        var reached = new HashSet<int> { node };
        for (var index = node; index > origin; index--)
        {
            if (reached.Contains(index))
            {
                reached.UnionWith(graph.Nodes[index].Inputs);
            }
        }

        return reached.Contains(origin);
    }

    private static string NameOf(Graph graph, Node sum)
    {
        var name = $"{sum.Name}.stochastic_depth";
        while (graph.Nodes.Any(node => node.Name == name) || graph.HasParameter(name))
        {
            name += "_inserted";
        }

        return name;
    }
}

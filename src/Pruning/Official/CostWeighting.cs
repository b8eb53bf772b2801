using System.Collections.Immutable;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Official;

/// <summary>
/// The cost weighting of the authors' program: a group's saliency is multiplied by 1 - p, p the softmax over groups of
/// the operations that one channel costs, in millions. Their table is shifted: a group gets the cost of the one before
/// it, the first that of the classifier.
/// </summary>
internal static class CostWeighting
{
    private const double SoftmaxUnit = 1e6;

    /// <summary>1 - p by the group's position; 1 for groups that may not be cut.</summary>
    public static ImmutableArray<double> Factors(CouplingGraph coupling)
    {
        var costs = Costs(coupling);
        if (costs.Length < 2)
        {
            // The weights only compare groups; for one, 1 - p would be 0.
            return [.. coupling.Groups.Select(_ => 1.0)];
        }

        var sum = costs.Sum(cost => Math.Exp(cost.PerChannel / SoftmaxUnit));
        var factors = Enumerable.Repeat(1.0, coupling.Groups.Length).ToArray();
        foreach (var cost in costs)
        {
            factors[cost.Group] = 1 - Math.Exp(cost.PerChannel / SoftmaxUnit) / sum;
        }

        return [.. factors];
    }

    /// <summary>
    /// In the program's order: the group that gets the cost, the group that it was measured on, operations a channel.
    /// </summary>
    internal static ImmutableArray<(int Group, int Measured, double PerChannel)> Costs(CouplingGraph coupling)
    {
        var constraint = OfficialOperations.Constraint(coupling);
        var order = Order(coupling);
        var candidates = order.Where(group => coupling.Groups[group].IsPrunable);
        return [.. candidates.Zip(order, (group, measured) => (group, measured, CostOfChannel(measured)))];

        double CostOfChannel(int group)
        {
            var kept = coupling.Groups.Select(g => g.Channels).ToArray();
            var removed = kept[group] - 1;
            kept[group] = 1;
            return (double)(constraint.Total - constraint.Count(kept)) / removed;
        }
    }

    /// <summary>
    /// The program's order of groups: layers as met from the output backwards, the last input of a node first, a layer
    /// being met when its consumer is visited.
    /// </summary>
    internal static ImmutableArray<int> Order(CouplingGraph coupling)
    {
        var graph = coupling.Graph;
        var producers = coupling.Groups
            .SelectMany((group, position) => group.Members
                .Where(member => member.MakesChannels)
                .Select(member => (member.Parameter, position)))
            .DistinctBy(pair => pair.Parameter)
            .ToDictionary(pair => pair.Parameter, pair => pair.position, StringComparer.Ordinal);
        var order = new List<int>();
        var visited = new HashSet<int>();
        var stack = new Stack<int>(graph.Outputs);
        Meet(graph.Outputs[0]);
        while (stack.TryPop(out var index))
        {
            if (!visited.Add(index))
            {
                continue;
            }

            foreach (var input in graph.Nodes[index].Inputs)
            {
                Meet(input);
                stack.Push(input);
            }
        }

        return [.. order];

        void Meet(int index)
        {
            var node = graph.Nodes[index];
            if (node.Operator is Conv2d or Linear
                && producers.TryGetValue(node.Parameters[0], out var group)
                && !order.Contains(group))
            {
                order.Add(group);
            }
        }
    }
}

using Ocs.Graphs.Operators;

namespace Ocs.Graphs;

/// <summary>
/// Rewrites what leaves together: in every operator whose channels lie in groups, and in the reshapes that part heads
/// and join them again.
/// </summary>
/// <remarks>
/// A reshape is about heads where it lies between a product of attention and the nearest layers with weights. Others,
/// such as those that merge patches, keep their policy: there it belongs to what they do.
/// </remarks>
internal sealed class PolicyChange(Graph graph, SplitPolicy? heads, GroupPolicy? groups)
{
    public Graph Apply()
    {
        var aboutHeads = heads is null ? [] : NodesAroundAttention();
        return graph with
        {
            Nodes =
            [
                .. graph.Nodes.Select((node, index) => node with
                {
                    Operator = node.Operator.WithPolicies(aboutHeads.Contains(index) ? heads : null, groups),
                }),
            ],
        };
    }

    private HashSet<int> NodesAroundAttention()
    {
        var readers = Enumerable.Range(0, graph.Nodes.Length)
            .SelectMany(reader => graph.Nodes[reader].Inputs.Select(input => (input, reader)))
            .ToLookup(pair => pair.input, pair => pair.reader);
        var attention = Enumerable.Range(0, graph.Nodes.Length).Where(node => AttendedInputs(node).Any()).ToList();
        var before = Reach(attention.SelectMany(AttendedInputs), node => graph.Nodes[node].Inputs);
        before.UnionWith(Reach(attention.SelectMany(node => readers[node]), node => readers[node]));
        return before;
    }

    // Queries, keys and values, but no biases.
    private IEnumerable<int> AttendedInputs(int node)
    {
        var (op, shapes) = (graph.Nodes[node].Operator, graph.ShapesOf(node));
        return graph.Nodes[node].Inputs.Where((_, input) =>
        {
            var features = Axis.Input(input, shapes.Inputs[input].Length - 1);
            return op.RoleOf(features, shapes) is AxisRole.QueryKey or AxisRole.Value;
        });
    }

    // From node to node up to those with weights.
    private HashSet<int> Reach(IEnumerable<int> start, Func<int, IEnumerable<int>> next)
    {
        var (reached, open) = (new HashSet<int>(), new Queue<int>(start));
        while (open.TryDequeue(out var node))
        {
            if (!HasWeights(node) && reached.Add(node))
            {
                foreach (var other in next(node))
                {
                    open.Enqueue(other);
                }
            }
        }

        return reached;
    }

    private bool HasWeights(int node) =>
        graph.Nodes[node].Parameters.Any(name => graph.Parameter(name).Role == ParameterRole.Weight);
}

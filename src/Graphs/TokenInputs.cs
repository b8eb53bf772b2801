using Ocs.Graphs.Operators;

namespace Ocs.Graphs;

/// <summary>Inputs that hold indices of tables: words, categories.</summary>
internal static class TokenInputs
{
    /// <summary>
    /// The rows of the smallest table that an input's numbers are indices of, also after a selection, a reshape or
    /// another operator without weights; null if there is no such table.
    /// </summary>
    /// <param name="graph">The network.</param>
    /// <param name="input">The index of the input's node.</param>
    public static int? Rows(Graph graph, int input)
    {
        int? rows = null;
        var holds = new bool[graph.Nodes.Length];
        holds[input] = true;
        for (var index = input + 1; index < holds.Length; index++)
        {
            var node = graph.Nodes[index];
            if (!node.Inputs.Any(read => holds[read]))
            {
                continue;
            }

            holds[index] = node.Parameters.IsEmpty;
            if (node.Operator is Embedding)
            {
                var size = (int)graph.Parameter(node.Parameters[0]).Shape[0];
                rows = Math.Min(rows ?? size, size);
            }
        }

        return rows;
    }
}

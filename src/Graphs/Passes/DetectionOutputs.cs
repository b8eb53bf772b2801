using System.Collections.Immutable;
using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Passes;

/// <summary>Gives a detector boxes and probabilities for outputs, in place of offsets and logits.</summary>
internal static class DetectionOutputs
{
    private const string Probabilities = "probabilities";

    /// <summary>Whether a network gives offsets that state their default boxes, and logits.</summary>
    public static bool CanDecode(Graph graph) =>
        graph.Outputs.Length == 2
        && graph.Nodes[graph.Outputs[0]].Operator is DefaultBoxes { Decodes: false }
        && graph.Nodes.All(node => node.Name != Probabilities);

    /// <summary>
    /// The network with decoded outputs: boxes [N, D, 4] by their edges, probabilities [N, D, 1 + classes].
    /// </summary>
    /// <exception cref="OcsInputException">It is no detector whose offsets state their default boxes.</exception>
    public static Graph Decode(Graph graph)
    {
        if (!CanDecode(graph))
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' is no detector whose outputs can be decoded: it needs offsets that state "
                + "their default boxes, and logits.");
        }

        var (boxes, scores) = (graph.Outputs[0], graph.Outputs[1]);
        var nodes = graph.Nodes.SetItem(boxes, graph.Nodes[boxes] with
        {
            Operator = (DefaultBoxes)graph.Nodes[boxes].Operator with { Decodes = true },
        });
        var softmax = new Softmax(graph.Nodes[scores].Shape.Length - 1);
        ImmutableArray<int> read = [scores];
        var after = graph with
        {
            Nodes = nodes.Add(new(Probabilities, softmax, read, [], graph.Nodes[scores].Shape)),
            Outputs = [boxes, nodes.Length],
        };
        GraphVerifier.Verify(after);
        return after;
    }
}

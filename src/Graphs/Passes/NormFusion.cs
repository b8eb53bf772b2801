using System.Collections.Immutable;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Passes;

/// <summary>
/// Makes one node of a batch norm, the sum with a second value and the activation behind it, as far as they are there
/// and nothing else reads what lies between. The result computes the same in training, with fewer passes over memory;
/// it is for running only.
/// </summary>
internal static class NormFusion
{
    public static Graph Apply(Graph graph)
    {
        var readers = graph.ReaderCounts();

        // By node that a fused one takes the place of: what it computes. Nodes within one are left out.
        var fused = new Dictionary<int, Node>();
        for (var index = 0; index < readers.Length; index++)
        {
            if (Fuse(graph.Nodes[index], index) is { } node)
            {
                fused.Add(index, node);
            }
        }

        return fused.Count == 0 ? graph : Rebuilt(graph, fused);

        Node? Fuse(Node node, int index) => node.Operator switch
        {
            BatchNorm2d norm => node with { Operator = new FusedBatchNorm(norm, NormActivation.None) },
            Add when node.Inputs.All(input => graph.Nodes[input].Shape.SequenceEqual(node.Shape)) => Sum(node),
            Activation activation when Inner(node.Inputs[0]) is { } inner => Active(node, activation.Kind, inner),
            _ => null,
        };

        // The slopes of SiLU and hard-swish do not follow from their outputs, so they do not join a sum.
        static Node? Active(Node node, ActivationKind kind, Node inner) => (kind, inner.Inputs.Length) switch
        {
            (ActivationKind.Relu, _) => With(node, inner, NormActivation.Relu),
            (ActivationKind.Relu6, _) => With(node, inner, NormActivation.Relu6),
            (ActivationKind.Silu, 1) => With(node, inner, NormActivation.Silu),
            (ActivationKind.HardSwish, 1) => With(node, inner, NormActivation.HardSwish),
            _ => null,
        };

        static Node With(Node node, Node inner, NormActivation activation) =>
            inner with
            {
                Name = node.Name,
                Operator = ((FusedBatchNorm)inner.Operator) with { Activation = activation },
            };

        // Of two norms the later one: the other is computed by then.
        Node? Sum(Node node)
        {
            var (first, second) = (node.Inputs[0], node.Inputs[1]);
            var (norm, other) = first > second ? (first, second) : (second, first);
            if (!IsPlainNorm(norm))
            {
                (norm, other) = (other, norm);
            }

            return IsPlainNorm(norm) && first != second
                ? fused[norm] with { Name = node.Name, Inputs = [graph.Nodes[norm].Inputs[0], other] }
                : null;
        }

        bool IsPlainNorm(int index) => readers[index] == 1 && graph.Nodes[index].Operator is BatchNorm2d;

        Node? Inner(int index) => readers[index] == 1 && fused.TryGetValue(index, out var inner)
            && inner.Operator is FusedBatchNorm { Activation: NormActivation.None } ? inner : null;
    }

    private static Graph Rebuilt(Graph graph, Dictionary<int, Node> fused)
    {
        // What a fused node reads itself stays, and so does what any other node reads.
        var needed = new bool[graph.Nodes.Length];
        foreach (var output in graph.Outputs)
        {
            needed[output] = true;
        }

        for (var index = needed.Length - 1; index >= 0; index--)
        {
            needed[index] |= graph.Nodes[index].Operator is Input;
            foreach (var input in needed[index] ? At(index).Inputs : [])
            {
                needed[input] = true;
            }
        }

        var places = new int[needed.Length];
        var nodes = ImmutableArray.CreateBuilder<Node>();
        for (var index = 0; index < needed.Length; index++)
        {
            if (needed[index])
            {
                places[index] = nodes.Count;
                nodes.Add(At(index) with { Inputs = [.. At(index).Inputs.Select(input => places[input])] });
            }
        }

        return graph with
        {
            Nodes = nodes.ToImmutable(),
            Outputs = [.. graph.Outputs.Select(output => places[output])],
        };

        Node At(int index) => fused.GetValueOrDefault(index, graph.Nodes[index]);
    }
}

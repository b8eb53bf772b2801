using System.Collections.Immutable;
using Ocs.Graphs.Operators;

namespace Ocs.Graphs;

/// <summary>
/// Which dimension of each value counts the tokens of the input [1, L], in a network that computes each position from
/// those before it alone.
/// </summary>
internal static class SequenceDimensions
{
    /// <summary>The dimension of a value that is the same for every text, such as learned positions.</summary>
    public const int None = -1;

    /// <summary>The dimensions, by node.</summary>
    /// <exception cref="OcsInputException">
    /// The network takes something else, or an operator mixes positions in another way than causal attention.
    /// </exception>
    public static ImmutableArray<int> Of(Graph graph)
    {
        var inputs = graph.InputNodes.ToList();
        if (inputs is not [{ Shape: [_, var length] }])
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' takes "
                + $"{string.Join(", ", inputs.Select(node => NodeShapes.Show(node.Shape)))}, "
                + "not one sequence of tokens [1, L]; give a network for texts.");
        }

        var dimensions = ImmutableArray.CreateBuilder<int>(graph.Nodes.Length);
        foreach (var node in graph.Nodes)
        {
            int[] read = [.. node.Inputs.Select(input => dimensions[input])];
            dimensions.Add(Of(node, graph.ShapesOf(node), read, length) ?? throw new OcsInputException(
                $"Node '{node.Name}' ({node.Operator}) cannot be computed token by token: it mixes the positions of "
                + "the text, or the dimension that counts them cannot be told."));
        }

        return dimensions.ToImmutable();
    }

    private static int? Of(Node node, NodeShapes shapes, int[] read, long length) => node.Operator switch
    {
        Input => 1,
        ParameterValue when read.Length == 0 => None,
        Activation or Dropout or Embedding => read[0],
        Linear or LayerNorm or RmsNorm => read[0] == shapes.Output.Length - 1 ? null : read[0],
        Permute permute => read[0] == None ? None : permute.Order.IndexOf(read[0]),
        Slice slice => slice.Dimension == read[0] ? null : read[0],
        Add or Arithmetic when read.Length == 2 => OfBoth(shapes, read, length),
        Reshape or Flatten => OfReshaped(shapes, read[0], length),
        ScaledDotProductAttention { IsCausal: true } when read.Length == 3 =>
            read.All(dimension => dimension == shapes.Output.Length - 2) ? read[0] : null,
        _ => null,
    };

    private static int? OfBoth(NodeShapes shapes, int[] read, long length)
    {
        var counting = read.Max();
        return counting == None ? None
            : shapes.Inputs.Any(shape => shape.Length != shapes.Output.Length)
                || read.Where((dimension, input) => dimension == None
                    ? shapes.Inputs[input][counting] != 1 && shapes.Inputs[input][counting] != length
                    : dimension != counting).Any()
            ? null
            : counting;
    }

    // It stays a dimension of its own where as many elements lie before it.
    private static int? OfReshaped(NodeShapes shapes, int dimension, long length)
    {
        if (dimension == None)
        {
            return None;
        }

        var before = NodeShapes.ElementCount(shapes.Inputs[0][..dimension]);
        var place = Enumerable.Range(0, shapes.Output.Length).FirstOrDefault(
            candidate => shapes.Output[candidate] == length
                && NodeShapes.ElementCount(shapes.Output[..candidate]) == before,
            None);
        return place > 0 ? place : null;
    }
}

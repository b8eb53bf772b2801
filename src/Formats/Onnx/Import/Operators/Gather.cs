using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Gather: one index of a dimension, a range, some channels, or an embedding.</summary>
internal static class Gather
{
    public static void Import(NodeImport node)
    {
        if (node.IsConstant(0))
        {
            Embedding(node);
            return;
        }

        var x = node.Any(0);
        var axis = node.Arguments.Axis(0, node.ShapeOf(x.Value).Length);
        var (dimension, indices) = (x.Dimension(axis), node.Constant(1));
        if (dimension == 0)
        {
            throw node.Error("it selects samples of the batch");
        }

        var size = node.ShapeOf(x.Value)[dimension];
        int[] places = [.. indices.Integers.Select(index => (int)(index < 0 ? index + size : index))];
        if (indices.Shape.IsEmpty)
        {
            // Removes a dimension before the batch.
            node.Output(
                node.Builder.Select(node.Name, x.Value, dimension, places[0]), axis < x.Batch ? x.Batch - 1 : x.Batch);
            return;
        }

        if (places.Length == 0)
        {
            throw node.Error("it selects nothing");
        }

        if (indices.Shape.Length == 1)
        {
            node.Output(x with { Value = Several(node, node.Name, x.Value, dimension, places) });
            return;
        }

        // Indices of several dimensions: these replace the dimension that they select from.
        var listed = Several(node, node.Part("listed"), x.Value, dimension, places);
        var shape = node.ShapeOf(listed);
        var value = node.Builder.Reshape(
            node.Name, listed, [.. shape[..dimension], .. indices.Shape, .. shape[(dimension + 1)..]]);
        node.Output(value, axis < x.Batch ? x.Batch + indices.Shape.Length - 1 : x.Batch);
    }

    /// <summary>Selects indices of a dimension, in any order.</summary>
    public static Value Several(NodeImport node, string name, Value x, int dimension, int[] places)
    {
        var isRange = places.Select((place, index) => place == places[0] + index).All(same => same);
        return isRange ? node.Builder.Slice(name, x, dimension, places[0], places.Length)
            : dimension == 1 ? node.Builder.SelectChannels(name, x, [.. places])
            : Rows(node, name, x, dimension, places);
    }

    private static void Embedding(NodeImport node)
    {
        var table = node.Constant(0);
        if (table.Shape.Length != 2 || node.Arguments.Axis(0, 2) != 0)
        {
            throw node.Error($"its table {NodeShapes.Show(table.Shape)} is not one of rows");
        }

        var indices = node.Any(1);
        node.Output(indices with
        {
            Value = node.Builder.Add(
                node.Name, new Embedding(), [indices.Value], [node.Parameter(table, "weight", ParameterRole.Weight)]),
        });
    }

    private static Value Rows(NodeImport node, string name, Value x, int dimension, int[] places)
    {
        int[] order = [.. Enumerable.Range(0, node.ShapeOf(x).Length)];
        (order[1], order[dimension]) = (order[dimension], order[1]);
        var front = node.Builder.Permute(node.Part("front"), x, order);
        return node.Builder.Permute(
            name, node.Builder.SelectChannels(node.Part("selected"), front, [.. places]), order);
    }
}

using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// Reshapes of values whose batch is not in front, as in PyTorch's attention: [L, N, E] to [L, N h, d], [L, N h, d]
/// back, and [L, N, E] to [L N, E] for a linear layer.
/// </summary>
internal static class BatchReshape
{
    public static Imported Apply(NodeImport node, Imported x, ImmutableArray<long> from, ImmutableArray<long> to)
    {
        var (shape, batch) = x.IsMerged ? (from.Insert(1, 1), 1) : (from, x.Batch);
        var before = OnnxTensor.CountOf(shape[..batch]);
        var place = Enumerable.Range(0, to.Length).FirstOrDefault(axis => OnnxTensor.CountOf(to[..axis]) == before, -1);
        if (place < 0)
        {
            throw node.Error(
                $"of {NodeShapes.Show(shape)} it makes {NodeShapes.Show(to)}, "
                + "which mixes the batch with other dimensions");
        }

        // [L, 1, E] -> [L, E]: stacks the rows of all samples.
        if (place == to.Length - 1 && to[place] != 1)
        {
            var rows = node.Builder.Reshape(node.Name, Ungrouped(node, x.Value, shape, batch), [1, .. to]);
            return new(rows, Imported.Merged);
        }

        if (to[place] == shape[batch])
        {
            return new(node.Builder.Reshape(node.Name, x.Value, [to[place], .. to.RemoveAt(place)]), place);
        }

        var value = Ungrouped(node, x.Value, shape, batch);
        if (to[place] == 1)
        {
            return new(node.Builder.Reshape(node.Name, value, [1, .. to.RemoveAt(place)]), place);
        }

        var parts = node.Builder.Reshape(node.Part("parts"), value, [1, .. to]);
        int[] order = [0, place + 1, .. Enumerable.Range(1, to.Length).Where(dimension => dimension != place + 1)];
        var front = node.Builder.Permute(node.Part("front"), parts, order);
        return new(node.Builder.Reshape(node.Name, front, [to[place], .. to.RemoveAt(place)]), place);
    }

    // [N h, L, d] -> [N, L, h, d]: separates the merged dimension from the batch.
    private static Value Ungrouped(NodeImport node, Value x, ImmutableArray<long> shape, int batch)
    {
        if (shape[batch] == 1)
        {
            return x;
        }

        var parts = node.Builder.Reshape(node.Part("grouped"), x, [1, shape[batch], .. shape.RemoveAt(batch)]);
        int[] order = [0, .. Enumerable.Range(2, batch), 1, .. Enumerable.Range(batch + 2, shape.Length - batch - 1)];
        return node.Builder.Permute(node.Part("ungrouped"), parts, order);
    }
}

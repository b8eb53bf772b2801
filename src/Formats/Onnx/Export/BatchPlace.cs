using Ocs.Graphs;
using Onnx;

namespace Ocs.Formats.Onnx.Export;

/// <summary>An output whose batch is not dimension 0 in the original ONNX file, such as sequences [L, N, E].</summary>
internal static class BatchPlace
{
    /// <summary>The Transpose that moves the batch from dimension 0 to its original place.</summary>
    /// <exception cref="OcsInputException">The value has no such dimension.</exception>
    public static NodeProto Transposed(ExportContext context, string value, string name, Node node, int batch)
    {
        if (batch >= node.Shape.Length)
        {
            throw new OcsInputException(
                $"Output '{name}' {NodeShapes.Show(node.Shape)} has no dimension {batch}for its batch.");
        }

        var moved = new NodeProto
        {
            Name = context.Names.Fresh($"{name}/transposed"),
            OpType = "Transpose",
            Input = { value },
            Output = { name },
        };
        long[] order = [.. Enumerable.Range(1, node.Shape.Length - 1)];
        moved.Attribute.Add(OnnxAttribute.Ints("perm", [.. order[..batch], 0L, .. order[batch..]]).Message);
        return moved;
    }

    /// <summary>The file's description of the output, with the batch in front.</summary>
    public static OriginValue InFront(OriginValue value) => value.Batch >= value.Sizes.Length
        ? value
        : value with { Sizes = value.Sizes.RemoveAt(value.Batch).Insert(0, value.Sizes[value.Batch]) };

    /// <summary>Moves the first size of a description to the place of the batch.</summary>
    public static void PutBack(ValueInfoProto described, int batch)
    {
        var sizes = described.Type.TensorType.Shape.Dim;
        var first = sizes[0];
        sizes.RemoveAt(0);
        sizes.Insert(batch, first);
    }
}

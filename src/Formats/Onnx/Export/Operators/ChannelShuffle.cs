namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Reshape, Transpose, Reshape.</summary>
internal static class ChannelShuffle
{
    public static void Export(Graphs.Operators.ChannelShuffle op, NodeExport node)
    {
        var shape = node.Shapes.Output;
        long[] parts = [1, op.Groups, shape[1] / op.Groups, shape[2], shape[3]];
        var apart = node.ShapeVector("apart", parts, batchStays: true);
        var groups = node.EmitPart("groups", "Reshape", [node.Input, apart]);
        var dealt = node.EmitPart("dealt", "Transpose", [groups], OnnxAttribute.Ints("perm", 0, 2, 1, 3, 4));
        node.Emit("Reshape", [dealt, node.ShapeVector("shape", shape.AsSpan(), batchStays: true)]);
    }
}

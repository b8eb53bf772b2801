namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Reshape, Transpose, Reshape: SpaceToDepth has another order of channels.</summary>
internal static class PixelUnshuffle
{
    public static void Export(Graphs.Operators.PixelUnshuffle op, NodeExport node)
    {
        var (input, output) = (node.Shapes.Inputs[0], node.Shapes.Output);
        long[] parts = [1, input[1], output[2], op.Factor, output[3], op.Factor];
        var apart = node.ShapeVector("apart", parts, batchStays: true);
        var squares = node.EmitPart("squares", "Reshape", [node.Input, apart]);
        var moved = node.EmitPart("moved", "Transpose", [squares], OnnxAttribute.Ints("perm", 0, 1, 3, 5, 2, 4));
        node.Emit("Reshape", [moved, node.ShapeVector("shape", output.AsSpan(), batchStays: true)]);
    }
}

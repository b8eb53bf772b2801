namespace Ocs.Formats.Onnx.Operators;

/// <summary>Linear -> Gemm on matrices; MatMul with the transposed weight, and Add, on more dimensions.</summary>
internal static class Gemm
{
    public static void Export(NodeExport node)
    {
        var count = node.Shapes.Parameters.Length;
        var parameters = node.Parameters(count);
        if (node.Shapes.Inputs[0].Length == 2)
        {
            node.Emit("Gemm", [.. node.Inputs, .. parameters], NodeExport.Attribute("transB", 1L));
            return;
        }

        var weight = node.EmitPart("transposed", "Transpose", [parameters[0]], NodeExport.Attribute("perm", [1L, 0L]));
        if (count == 1)
        {
            node.Emit("MatMul", [node.Inputs[0], weight]);
        }
        else
        {
            node.Emit("Add", [node.EmitPart("product", "MatMul", [node.Inputs[0], weight]), parameters[1]]);
        }
    }
}

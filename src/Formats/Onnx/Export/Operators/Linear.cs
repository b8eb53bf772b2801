namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Gemm on matrices; MatMul with the transposed weight, and Add, on more dimensions.</summary>
internal static class Linear
{
    public static void Export(NodeExport node)
    {
        var parameters = node.Parameters();
        if (node.Rank == 2)
        {
            node.Emit("Gemm", [node.Input, .. parameters], OnnxAttribute.Int("transB", 1));
            return;
        }

        var weight = node.EmitPart("transposed", "Transpose", [parameters[0]], OnnxAttribute.Ints("perm", 1, 0));
        if (parameters.Length == 1)
        {
            node.Emit("MatMul", [node.Input, weight]);
        }
        else
        {
            node.Emit("Add", [node.EmitPart("product", "MatMul", [node.Input, weight]), parameters[1]]);
        }
    }
}

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// Identity of the parameter, or Unsqueeze if it has no batch dimension; then Expand to the batch of another value.
/// </summary>
internal static class ParameterValue
{
    public static void Export(Graphs.Operators.ParameterValue op, NodeExport node)
    {
        var parameter = node.Parameters()[0];
        if (node.Inputs.IsEmpty)
        {
            if (op.AddsBatch)
            {
                node.Emit("Unsqueeze", [parameter, node.Vector("axes", 0)]);
            }
            else
            {
                node.Emit("Identity", [parameter]);
            }

            return;
        }

        // A size of 1 keeps the dimension. Expand adds missing dimensions in front.
        var ones = new long[node.Shapes.Output.Length - 1];
        Array.Fill(ones, 1);
        var sizes = node.EmitPart("sizes", "Shape", [node.Input]);
        var batch = node.EmitPart("batch", "Slice", [sizes, node.Vector("first", 0), node.Vector("second", 1)]);
        var shape = node.EmitPart("shape", "Concat", [batch, node.Vector("ones", ones)], OnnxAttribute.Int("axis", 0));
        node.Emit("Expand", [parameter, shape]);
    }
}

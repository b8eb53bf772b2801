namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// ONNX's reductions. Their axes are an attribute before opset 18 (13 for ReduceSum), an input since.
/// </summary>
internal static class Reduction
{
    private const int AxesAreAnInput = 18;

    public static void Emit(NodeExport node, string type, string x, bool keep, params ReadOnlySpan<long> axes)
    {
        var (inputs, attributes) = Form(node, "axes", type, x, keep, axes);
        node.Emit(type, inputs, attributes);
    }

    public static string EmitPart(
        NodeExport node, string part, string type, string x, bool keep, params ReadOnlySpan<long> axes)
    {
        var (inputs, attributes) = Form(node, $"{part}_axes", type, x, keep, axes);
        return node.EmitPart(part, type, inputs, attributes);
    }

    private static (string[] Inputs, OnnxAttribute[] Attributes) Form(
        NodeExport node, string part, string type, string x, bool keep, ReadOnlySpan<long> axes)
    {
        var kept = OnnxAttribute.Flag("keepdims", keep);
        return node.Opset >= AxesAreAnInput || type == "ReduceSum"
            ? ([x, node.Vector(part, axes)], [kept])
            : ([x], [OnnxAttribute.Ints("axes", axes), kept]);
    }
}

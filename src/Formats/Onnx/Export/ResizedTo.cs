namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// A Resize of images or volumes to given sizes. From opset 18 on it names the spatial axes only; before, batch and
/// channels too.
/// </summary>
internal static class ResizedTo
{
    private const int HasAxes = 18;

    public static void Emit(NodeExport node, long[] target, OnnxAttribute[] attributes)
    {
        var size = node.Vector("size", target);
        if (node.Opset >= HasAxes)
        {
            long[] axes = [.. target.Select((_, dimension) => dimension + 2L)];
            node.Emit("Resize", [node.Input, "", "", size], [.. attributes, OnnxAttribute.Ints("axes", axes)]);
            return;
        }

        var sizes = node.EmitPart("sizes", "Shape", [node.Input]);
        var first = node.EmitPart("kept", "Slice", [sizes, node.Vector("first", 0), node.Vector("third", 2)]);
        var all = node.EmitPart("all", "Concat", [first, size], OnnxAttribute.Int("axis", 0));
        node.Emit("Resize", [node.Input, "", "", all], attributes);
    }
}

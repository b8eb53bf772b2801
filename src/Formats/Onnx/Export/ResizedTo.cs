using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// A Resize to given heights and widths: of the last two axes from opset 18 on, before together with the batch and
/// channels of the value.
/// </summary>
internal static class ResizedTo
{
    private const int HasAxes = 18;

    public static void Emit(NodeExport node, Pair target, OnnxAttribute[] attributes)
    {
        var size = node.Vector("size", target.Height, target.Width);
        if (node.Opset >= HasAxes)
        {
            node.Emit("Resize", [node.Input, "", "", size], [.. attributes, OnnxAttribute.Ints("axes", 2, 3)]);
            return;
        }

        var sizes = node.EmitPart("sizes", "Shape", [node.Input]);
        var first = node.EmitPart("kept", "Slice", [sizes, node.Vector("first", 0), node.Vector("third", 2)]);
        var all = node.EmitPart("all", "Concat", [first, size], OnnxAttribute.Int("axis", 0));
        node.Emit("Resize", [node.Input, "", "", all], attributes);
    }
}

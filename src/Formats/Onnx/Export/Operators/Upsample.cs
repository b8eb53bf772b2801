using Ocs.Graphs.Operators;
using Onnx;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// Resize. Whole multiples are stated as scales, other sizes as they are: of the last two axes from opset 18 on, before
/// together with the batch and channels of the value.
/// </summary>
internal static class Upsample
{
    private const int HasAxes = 18;

    public static void Export(Graphs.Operators.Upsample op, NodeExport node)
    {
        var (height, width) = (node.Shapes.Inputs[0][2], node.Shapes.Inputs[0][3]);
        var attributes = Attributes(op);
        if (op.Size.Height % height == 0 && op.Size.Width % width == 0)
        {
            var scales = node.Floats("scales", [4], 1, 1, op.Size.Height / height, op.Size.Width / width);
            node.Emit("Resize", [node.Input, "", scales], attributes);
            return;
        }

        var size = node.Vector("size", op.Size.Height, op.Size.Width);
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

    private static AttributeProto[] Attributes(Graphs.Operators.Upsample op) => op.Mode switch
    {
        UpsampleMode.Nearest =>
        [
            OnnxAttribute.Text("mode", "nearest"),
            OnnxAttribute.Text("coordinate_transformation_mode", "asymmetric"),
            OnnxAttribute.Text("nearest_mode", "floor"),
        ],
        UpsampleMode.Bilinear =>
        [
            OnnxAttribute.Text("mode", "linear"),
            OnnxAttribute.Text("coordinate_transformation_mode", op.AlignCorners ? "align_corners" : "half_pixel"),
        ],
        _ => throw new InvalidOperationException($"Interpolation {op.Mode} has no ONNX form."),
    };
}

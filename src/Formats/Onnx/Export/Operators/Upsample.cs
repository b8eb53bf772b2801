using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Resize. Whole multiples are stated as scales, other sizes as they are.</summary>
internal static class Upsample
{
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

        ResizedTo.Emit(node, op.Size, attributes);
    }

    private static OnnxAttribute[] Attributes(Graphs.Operators.Upsample op) => op.Mode switch
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
        UpsampleMode.Bicubic =>
        [
            OnnxAttribute.Text("mode", "cubic"),
            OnnxAttribute.Text("coordinate_transformation_mode", op.AlignCorners ? "align_corners" : "half_pixel"),
            OnnxAttribute.Float("cubic_coeff_a", -0.75),
        ],
        _ => throw new InvalidOperationException($"Interpolation {op.Mode} has no ONNX form."),
    };
}

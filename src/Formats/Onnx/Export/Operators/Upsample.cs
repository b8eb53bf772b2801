using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Resize: integer factors as scales, otherwise sizes.</summary>
internal static class Upsample
{
    public static void Export(Graphs.Operators.Upsample op, NodeExport node) =>
        Export(node, op.Size.Sizes, Attributes(op.Mode, op.AlignCorners));

    public static void Export(Graphs.Operators.Upsample3d op, NodeExport node) => Export(
        node,
        op.Size.Sizes,
        Attributes(op.Linear ? UpsampleMode.Bilinear : UpsampleMode.Nearest, op.AlignCorners));

    private static void Export(NodeExport node, long[] size, OnnxAttribute[] attributes)
    {
        long[] from = [.. node.Shapes.Inputs[0][2..]];
        if (size.Zip(from).All(pair => pair.First % pair.Second == 0))
        {
            var factors = size.Zip(from, (target, length) => (float)(target / length));
            var scales = node.Floats("scales", [size.Length + 2], [1, 1, .. factors]);
            node.Emit("Resize", [node.Input, "", scales], attributes);
            return;
        }

        ResizedTo.Emit(node, size, attributes);
    }

    private static OnnxAttribute[] Attributes(UpsampleMode mode, bool alignCorners) => mode switch
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
            OnnxAttribute.Text("coordinate_transformation_mode", alignCorners ? "align_corners" : "half_pixel"),
        ],
        UpsampleMode.Bicubic =>
        [
            OnnxAttribute.Text("mode", "cubic"),
            OnnxAttribute.Text("coordinate_transformation_mode", alignCorners ? "align_corners" : "half_pixel"),
            OnnxAttribute.Float("cubic_coeff_a", -0.75),
        ],
        _ => throw new InvalidOperationException($"Interpolation {mode} has no ONNX form."),
    };
}

using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Resize: by sizes, or by scales if these leave a fraction of a position.</summary>
internal static class Resample
{
    public static void Export(Graphs.Operators.Resample op, NodeExport node)
    {
        var input = node.Shapes.Inputs[0];
        var isBySize = op.HeightScale == (double)op.Size.Height / input[2]
            && op.WidthScale == (double)op.Size.Width / input[3];
        if (isBySize)
        {
            ResizedTo.Emit(node, op.Size.Sizes, Attributes(op));
            return;
        }

        var scales = node.Floats(
            "scales",
            [4],
            1,
            1,
            Scale(op.HeightScale, input[2], op.Size.Height),
            Scale(op.WidthScale, input[3], op.Size.Width));
        node.Emit("Resize", [node.Input, "", scales], Attributes(op));
    }

    // Runtimes round sizes down: a scale of 5 / 7 in single precision must not turn 7 into 4.
    private static float Scale(double scale, long from, int to)
    {
        var single = (float)scale;
        while (Math.Floor(from * (double)single) < to)
        {
            single = MathF.BitIncrement(single);
        }

        return single;
    }

    private static OnnxAttribute[] Attributes(Graphs.Operators.Resample op) =>
    [
        OnnxAttribute.Text("coordinate_transformation_mode", op.Positions switch
        {
            ResamplePositions.HalfPixel => "half_pixel",
            ResamplePositions.PytorchHalfPixel => "pytorch_half_pixel",
            ResamplePositions.AlignCorners => "align_corners",
            ResamplePositions.Asymmetric => "asymmetric",
            _ => throw new InvalidOperationException($"Positions {op.Positions} have no ONNX form."),
        }),
        .. op.Mode switch
        {
            ResampleMode.Nearest =>
                [OnnxAttribute.Text("mode", "nearest"), OnnxAttribute.Text("nearest_mode", Rounding(op.Rounding))],
            ResampleMode.Linear => [OnnxAttribute.Text("mode", "linear")],
            ResampleMode.Cubic => (OnnxAttribute[])
            [
                OnnxAttribute.Text("mode", "cubic"),
                OnnxAttribute.Float("cubic_coeff_a", op.CubicCoefficient),
                OnnxAttribute.Flag("exclude_outside", op.ExcludeOutside),
            ],
            _ => throw new InvalidOperationException($"Interpolation {op.Mode} has no ONNX form."),
        },
    ];

    private static string Rounding(ResampleRounding rounding) => rounding switch
    {
        ResampleRounding.PreferFloor => "round_prefer_floor",
        ResampleRounding.PreferCeiling => "round_prefer_ceil",
        ResampleRounding.Floor => "floor",
        ResampleRounding.Ceiling => "ceil",
        _ => throw new InvalidOperationException($"Rounding {rounding} has no ONNX form."),
    };
}

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// AveragePool, over images and volumes. In ceil mode the overhang is padding that does not count. Padding that counts
/// is then a separate Pad.
/// </summary>
internal static class AveragePool
{
    public static void Export(Graphs.Operators.AveragePool2d op, NodeExport node) => Export(
        node, op.Kernel.Sizes, op.Stride.Sizes, op.Padding.Sizes, op.CeilMode, op.CountPadding);

    public static void Export(Graphs.Operators.AveragePool3d op, NodeExport node) => Export(
        node, op.Kernel.Sizes, op.Stride.Sizes, op.Padding.Sizes, op.CeilMode, op.CountPadding);

    private static void Export(
        NodeExport node, long[] kernel, long[] stride, long[] padding, bool ceil, bool countPadding)
    {
        long[] once = [.. kernel.Select(_ => 1L)];
        var after = PoolPadding.After(node.Shapes, kernel, stride, padding, once, ceil);
        if (after.SequenceEqual(padding))
        {
            Emit(node.Input, padding, countPadding);
        }
        else if (!countPadding || padding.All(size => size == 0))
        {
            Emit(node.Input, padding, counts: false);
        }
        else
        {
            var padded = Padding.EmitPart(node, "padded", padding, padding, 0);
            after = [.. after.Zip(padding, (all, counted) => all - counted)];
            Emit(padded, new long[padding.Length], counts: false);
        }

        void Emit(string x, long[] before, bool counts) => node.Emit(
            "AveragePool",
            [x],
            OnnxAttribute.Ints("kernel_shape", kernel),
            OnnxAttribute.Ints("strides", stride),
            OnnxAttribute.Pads(before, after),
            OnnxAttribute.Flag("count_include_pad", counts));
    }
}

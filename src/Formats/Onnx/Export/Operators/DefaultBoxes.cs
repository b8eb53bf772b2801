namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// Identity if the file keeps raw offsets; else Slice, Mul, Add, Exp, Sub, Concat and Clip, which decode the boxes.
/// </summary>
internal static class DefaultBoxes
{
    public static void Export(Graphs.Operators.DefaultBoxes boxes, NodeExport node)
    {
        if (!boxes.Decodes)
        {
            node.Emit("Identity", [node.Input]);
            return;
        }

        var (centreValues, sizeValues) = boxes.Halves();
        long[] shape = [1, boxes.Count, 2];
        var defaultCentres = node.Floats("default_centres", shape, centreValues);
        var defaultSizes = node.Floats("default_sizes", shape, sizeValues);
        var scaled = node.EmitPart(
            "scaled", "Mul", [Half("shares", 0), node.Scalar("centre_variance", boxes.CentreVariance)]);
        var moved = node.EmitPart("moved", "Mul", [scaled, defaultSizes]);
        var centres = node.EmitPart("centres", "Add", [moved, defaultCentres]);
        var logarithms = node.EmitPart(
            "logarithms", "Mul", [Half("ratios", 2), node.Scalar("size_variance", boxes.SizeVariance)]);
        var bounded = node.EmitPart(
            "bounded", "Min",
            [logarithms, node.Scalar("largest", Math.Log(Graphs.Operators.DefaultBoxes.LargestRatio))]);
        var sizes = node.EmitPart("sizes", "Mul", [node.EmitPart("factors", "Exp", [bounded]), defaultSizes]);
        var half = node.EmitPart("half_sizes", "Mul", [sizes, node.Scalar("half", 0.5)]);
        var edges = node.EmitPart(
            "edges", "Concat",
            [node.EmitPart("low", "Sub", [centres, half]), node.EmitPart("high", "Add", [centres, half])],
            OnnxAttribute.Int("axis", 2));
        node.Emit("Clip", [edges, node.Scalar("zero", 0), node.Scalar("one", 1)]);

        string Half(string name, long start) => node.EmitPart(
            name, "Slice",
            [
                node.Input, node.Vector($"{name}_from", start), node.Vector($"{name}_to", start + 2),
                node.Vector($"{name}_axis", 2),
            ]);
    }
}

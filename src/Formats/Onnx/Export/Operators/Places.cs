using Ocs.Graphs.Operators;
using Onnx;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>TopK, ArgMax, ArgMin and GatherElements. Indices are 64-bit integers in ONNX.</summary>
internal static class Places
{
    private const int FirstThatTakesLast = 12;

    public static void TopK(TopK op, NodeExport node)
    {
        var outputs = node.EmitBoth(
            "sorted", "TopK", [node.Input, node.Vector("count", op.Count)], OnnxAttribute.Int("axis", op.Dimension),
            OnnxAttribute.Flag("largest", !op.IsSmallest));
        if (op.GivesPlaces)
        {
            node.EmitFloats(outputs.Second);
        }
        else
        {
            node.Emit("Identity", [outputs.First]);
        }
    }

    public static void ArgMax(ArgMax op, NodeExport node)
    {
        if (op.TakesLast && node.Opset < FirstThatTakesLast)
        {
            FromEnd(op, node);
            return;
        }

        List<OnnxAttribute> attributes =
            [OnnxAttribute.Int("axis", op.Dimension), OnnxAttribute.Flag("keepdims", op.KeepDimension)];
        if (op.TakesLast)
        {
            attributes.Add(OnnxAttribute.Flag("select_last_index", true));
        }

        node.EmitFloats(
            node.EmitPart("place", op.IsSmallest ? "ArgMin" : "ArgMax", [node.Input], [.. attributes]));
    }

    // Opset 11 has no select_last_index: the last index comes from the reversed value.
    private static void FromEnd(ArgMax op, NodeExport node)
    {
        var size = node.Shapes.Inputs[0][op.Dimension];
        string[] range = [node.Vector("from", -1), node.Vector("to", -size - 1), node.Vector("axis", op.Dimension)];
        var turned = node.EmitPart("turned", "Slice", [node.Input, .. range, node.Vector("step", -1)]);
        var place = node.EmitPart(
            "place", op.IsSmallest ? "ArgMin" : "ArgMax", [turned], OnnxAttribute.Int("axis", op.Dimension),
            OnnxAttribute.Flag("keepdims", op.KeepDimension));
        var number = node.EmitPart("number", "Cast", [place], OnnxAttribute.To(TensorProto.Types.DataType.Float));
        node.Emit("Sub", [node.Scalar("last", size - 1), number]);
    }

    public static void GatherElements(GatherElements op, NodeExport node)
    {
        var whole = OnnxAttribute.To(TensorProto.Types.DataType.Int64);
        var places = node.EmitPart("places", "Cast", [node.Inputs[1]], whole);
        node.Emit("GatherElements", [node.Input, places], OnnxAttribute.Int("axis", op.Dimension));
    }
}

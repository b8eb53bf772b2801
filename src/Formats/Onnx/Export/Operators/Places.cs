using Ocs.Graphs.Operators;
using Onnx;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>TopK, ArgMax and ArgMin, and GatherElements; places are 64-bit integers in ONNX.</summary>
internal static class Places
{
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
        List<OnnxAttribute> attributes =
            [OnnxAttribute.Int("axis", op.Dimension), OnnxAttribute.Flag("keepdims", op.KeepDimension)];
        if (op.TakesLast)
        {
            attributes.Add(OnnxAttribute.Flag("select_last_index", true));
        }

        node.EmitFloats(
            node.EmitPart("place", op.IsSmallest ? "ArgMin" : "ArgMax", [node.Input], [.. attributes]));
    }

    public static void GatherElements(GatherElements op, NodeExport node)
    {
        var whole = OnnxAttribute.To(TensorProto.Types.DataType.Int64);
        var places = node.EmitPart("places", "Cast", [node.Inputs[1]], whole);
        node.Emit("GatherElements", [node.Input, places], OnnxAttribute.Int("axis", op.Dimension));
    }
}

using Onnx;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Where, after a Cast of the condition to booleans.</summary>
internal static class Where
{
    public static void Export(Graphs.Operators.Where op, NodeExport node)
    {
        var (inputs, next) = (node.Inputs, 1);
        var truth = OnnxAttribute.To(TensorProto.Types.DataType.Bool);
        var condition = node.EmitPart("condition", "Cast", [inputs[0]], truth);
        var chosen = op.Chosen is { } one ? node.Scalar("chosen", one) : inputs[next++];
        var otherwise = op.Otherwise is { } other ? node.Scalar("otherwise", other) : inputs[next];
        node.Emit("Where", [condition, chosen, otherwise]);
    }
}

using Ocs.Graphs.Operators;
using Onnx;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Element-wise functions -> the operators of the same names.</summary>
internal static class Elementwise
{
    public static void Export(Graphs.Operators.Elementwise op, NodeExport node)
    {
        switch (op.Kind)
        {
            case ElementwiseKind.Power:
                node.Emit("Pow", [node.Input, node.Scalar("exponent", op.Number)]);
                break;
            case ElementwiseKind.Threshold:
                node.Emit("ThresholdedRelu", [node.Input], OnnxAttribute.Float("alpha", op.Number));
                break;
            case ElementwiseKind.Ceiling:
                node.Emit("Ceil", [node.Input]);
                break;
            case ElementwiseKind.Truncate:
                var whole = OnnxAttribute.To(TensorProto.Types.DataType.Int64);
                node.EmitFloats(node.EmitPart("whole", "Cast", [node.Input], whole));
                break;
            default:
                node.Emit($"{op.Kind}", [node.Input]);
                break;
        }
    }
}

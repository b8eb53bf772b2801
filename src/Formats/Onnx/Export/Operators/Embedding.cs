using Onnx;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// Gather of the table's rows. An input that only tables read is an integer tensor; any other index is cast to one.
/// </summary>
internal static class Embedding
{
    public static void Export(NodeExport node)
    {
        var rows = node.InputIsWhole
            ? node.Input
            : node.EmitPart(
                "indices", "Cast", [node.Input], OnnxAttribute.Int("to", (long)TensorProto.Types.DataType.Int64));
        node.Emit("Gather", [node.Parameters()[0], rows], OnnxAttribute.Int("axis", 0));
    }
}

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>DepthToSpace in mode CRD.</summary>
internal static class PixelShuffle
{
    public static void Export(Graphs.Operators.PixelShuffle op, NodeExport node) => node.Emit(
        "DepthToSpace", [node.Input], OnnxAttribute.Int("blocksize", op.Factor), OnnxAttribute.Text("mode", "CRD"));
}

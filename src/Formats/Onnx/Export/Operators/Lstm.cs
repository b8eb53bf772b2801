namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>LSTM; the gates are input, forget, cell, output with us and input, output, forget, cell in ONNX.</summary>
internal static class Lstm
{
    public static void Export(Graphs.Operators.Lstm op, NodeExport node) =>
        GatedLayer.Export(node, "LSTM", [0, 3, 1, 2], op.Reverse);
}

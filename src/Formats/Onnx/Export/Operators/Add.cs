namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Add.</summary>
internal static class Add
{
    public static void Export(NodeExport node) => node.Emit("Add", node.Inputs.AsSpan());
}

namespace Ocs.Formats.Onnx.Operators;

/// <summary>Add -> Add.</summary>
internal static class Add
{
    public static void Export(NodeExport node) => node.Emit("Add", node.Inputs.AsSpan());
}

using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Mul and Add with constants [1, C, 1, ...].</summary>
internal static class Affine
{
    public static void Export(Graphs.Operators.Affine op, NodeExport node)
    {
        var scaled = node.EmitPart("scaled", "Mul", [node.Input, Constant(node, "scale", op.Scale)]);
        node.Emit("Add", [scaled, Constant(node, "shift", op.Shift)]);
    }

    private static string Constant(NodeExport node, string part, ImmutableArray<double> values)
    {
        var shape = new long[node.Rank];
        Array.Fill(shape, 1);
        shape[1] = values.Length;
        return node.Floats(part, shape, [.. values.Select(value => (float)value)]);
    }
}

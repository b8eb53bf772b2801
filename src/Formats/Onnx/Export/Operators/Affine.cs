using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Mul and Add with constants [1, C, 1, ...]; a factor of 1 or a sum with 0 is omitted.</summary>
internal static class Affine
{
    public static void Export(Graphs.Operators.Affine op, NodeExport node)
    {
        var (scales, shifts) = (op.Scale.Any(scale => scale != 1), op.Shift.Any(shift => shift != 0));
        if (scales && shifts)
        {
            var scaled = node.EmitPart("scaled", "Mul", [node.Input, Constant(node, "scale", op.Scale)]);
            node.Emit("Add", [scaled, Constant(node, "shift", op.Shift)]);
        }
        else if (scales)
        {
            node.Emit("Mul", [node.Input, Constant(node, "scale", op.Scale)]);
        }
        else if (shifts)
        {
            node.Emit("Add", [node.Input, Constant(node, "shift", op.Shift)]);
        }
        else
        {
            node.Emit("Identity", [node.Input]);
        }
    }

    private static string Constant(NodeExport node, string part, ImmutableArray<double> values)
    {
        var shape = new long[node.Rank];
        Array.Fill(shape, 1);
        shape[1] = values.Length;
        return node.Floats(part, shape, [.. values.Select(value => (float)value)]);
    }
}

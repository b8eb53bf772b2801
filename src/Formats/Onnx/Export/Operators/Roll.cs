namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Two Slices and a Concat for each dimension; Identity for shifts of 0.</summary>
internal static class Roll
{
    public static void Export(Graphs.Operators.Roll op, NodeExport node)
    {
        var moves = op.Dimensions.Zip(op.Shifts)
            .GroupBy(move => move.First, move => move.Second)
            .Select(moves => (Dimension: moves.Key, Shift: Within(moves.Sum(), node.Shapes.Output[moves.Key])))
            .Where(move => move.Shift != 0)
            .ToList();
        if (moves.Count == 0)
        {
            node.Emit("Identity", [node.Input]);
            return;
        }

        var x = node.Input;
        foreach (var (dimension, shift) in moves)
        {
            var size = node.Shapes.Output[dimension];
            var cut = size - shift;
            string[] parts = [Range(node, x, dimension, cut, size), Range(node, x, dimension, 0, cut)];
            var axis = OnnxAttribute.Int("axis", dimension);
            if (dimension == moves[^1].Dimension)
            {
                node.Emit("Concat", parts, axis);
            }
            else
            {
                x = node.EmitPart("rolled", "Concat", parts, axis);
            }
        }
    }

    private static long Within(long shift, long size) => (shift % size + size) % size;

    private static string Range(NodeExport node, string x, int dimension, long start, long end) => node.EmitPart(
        start == 0 ? "start" : "end",
        "Slice",
        [x, node.Vector("starts", start), node.Vector("ends", end), node.Vector("axes", dimension)]);
}

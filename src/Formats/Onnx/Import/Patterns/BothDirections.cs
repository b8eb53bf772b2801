namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// A bidirectional layer [T, 2, N, H], Transpose to [T, N, 2, H], Reshape to [T, N, 2H] -> the same layer with output
/// [T, N, 2H]. So each direction keeps its own units.
/// </summary>
internal static class BothDirections
{
    /// <summary>The attribute of a layer whose first output is [T, N, 2H].</summary>
    public const string Joined = "ocs_joined";

    public static void Apply(OnnxGraph graph)
    {
        foreach (var layer in graph.Nodes.Where(node => node.Is("LSTM") || node.Is("GRU") || node.Is("RNN")).ToArray())
        {
            if (layer.OutputOrNull(0) is { } all
                && graph.ShapeOf(all) is { IsDefault: false, Length: 4 } shape && shape[1] == 2
                && layer.Int("layout", 0) == 0
                && graph.OnlyUser(all) is { } transpose && transpose.Is("Transpose")
                && transpose.Order(4).SequenceEqual([0, 2, 1, 3])
                && graph.OnlyUser(transpose.Output) is { } reshape && reshape.Is("Reshape")
                && graph.ShapeOf(reshape.Output) is { IsDefault: false } joined
                && joined.SequenceEqual([shape[0], shape[2], 2 * shape[3]]))
            {
                graph.Remove(reshape);
                graph.Remove(transpose);
                graph.Replace(
                    layer, layer.With(Joined, 1L) with { Outputs = layer.Outputs.SetItem(0, reshape.Output) });
            }
        }
    }
}

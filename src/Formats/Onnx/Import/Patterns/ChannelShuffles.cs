namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// Reshape [N, G, C/G, H, W], Transpose of G and C/G, Reshape [N, C, H, W] -> our ChannelShuffle(groups).
/// </summary>
internal static class ChannelShuffles
{
    public static void Apply(OnnxGraph graph)
    {
        foreach (var back in graph.Nodes.Where(node => node.Is("Reshape")).ToArray())
        {
            if (graph.Maker(back.Inputs[0], "Transpose") is { } exchange
                && exchange.Order(rank: 5).SequenceEqual([0, 2, 1, 3, 4])
                && graph.Maker(exchange.Inputs[0], "Reshape") is { } split
                && graph.ShapeOf(split.Inputs[0]) is { IsDefault: false, Length: 4 } shape
                && graph.ShapeOf(split.Output) is { IsDefault: false, Length: 5 } groups
                && graph.ShapeOf(back.Output) is { IsDefault: false } after && after.SequenceEqual(shape)
                && groups.SequenceEqual([shape[0], groups[1], shape[1] / groups[1], shape[2], shape[3]]))
            {
                graph.Fuse(back, "ChannelShuffle", OnnxNode.Ours, [split.Inputs[0]], ("groups", groups[1]));
            }
        }
    }
}

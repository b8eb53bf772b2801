namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// DepthToSpace and SpaceToDepth. In ONNX's default order the position in the block is outermost; in ours the channel
/// is.
/// </summary>
internal static class Blocks
{
    public static void DepthToSpace(NodeImport node)
    {
        var (x, block) = (node.Input(), (int)node.Node.Int("blocksize", 1));
        var isChannelInnermost = node.Node.Text("mode", "DCR") switch
        {
            "DCR" => true,
            "CRD" => false,
            var other => throw node.Error($"mode '{other}' is not known: ONNX has DCR and CRD"),
        };
        if (isChannelInnermost && block > 1)
        {
            var channels = (int)node.ShapeOf(x)[1] / (block * block);
            x = node.Builder.SelectChannels(
                node.Part("order"),
                x,
                [
                    .. Enumerable.Range(0, channels * block * block)
                        .Select(place => place % (block * block) * channels + place / (block * block)),
                ]);
        }

        node.Output(node.Builder.PixelShuffle(node.Name, x, block));
    }

    public static void SpaceToDepth(NodeImport node)
    {
        var (x, block) = (node.Input(), (int)node.Node.Int("blocksize", 1));
        var channels = (int)node.ShapeOf(x)[1];
        var squares = node.Builder.PixelUnshuffle(node.Part("squares"), x, block);
        node.Output(node.Builder.SelectChannels(
            node.Name,
            squares,
            [
                .. Enumerable.Range(0, channels * block * block)
                    .Select(place => place % channels * block * block + place / channels),
            ]));
    }
}

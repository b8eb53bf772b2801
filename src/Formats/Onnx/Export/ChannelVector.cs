namespace Ocs.Formats.Onnx.Export;

/// <summary>A vector with one number per channel, as [C, 1, ...], which ONNX broadcasts over [N, C, ...].</summary>
internal static class ChannelVector
{
    public static string Emit(NodeExport node, string part, string vector, int rank) => rank == 2
        ? vector
        : node.EmitPart(
            $"{part}_of_channels",
            "Unsqueeze",
            [vector, node.Vector($"{part}_axes", [.. Enumerable.Range(1, rank - 2).Select(axis => (long)axis)])]);
}

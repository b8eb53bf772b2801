namespace Ocs.Formats.Onnx.Export;

/// <summary>One number a channel as ONNX broadcasts it over [N, C, ...]: [C, 1, ...].</summary>
internal static class ChannelVector
{
    public static string Emit(NodeExport node, string part, string vector, int rank) => rank == 2
        ? vector
        : node.EmitPart(
            $"{part}_of_channels",
            "Unsqueeze",
            [vector, node.Vector($"{part}_axes", [.. Enumerable.Range(1, rank - 2).Select(axis => (long)axis)])]);
}

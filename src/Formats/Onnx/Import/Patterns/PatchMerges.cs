namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// Patch merging of channels-last images by Reshape [N, H/h, h, W/w, w, C], Transpose and Reshape [..., h w C]: a
/// channel has the same index in each of the h w parts. Some Swin transformers downsample this way, others by Slice and
/// Concat.
/// </summary>
internal static class PatchMerges
{
    /// <summary>The attribute of such a Reshape.</summary>
    public const string SameInner = "same_inner";

    public static void Apply(OnnxGraph graph)
    {
        foreach (var merge in graph.Nodes.Where(node => node.Is("Reshape")).ToArray())
        {
            if (graph.Maker(merge.Inputs[0], "Transpose") is { } transpose
                && transpose.Order(rank: 6) is [0, 1, 3, 2 or 4, 2 or 4, 5]
                && graph.Maker(transpose.Inputs[0], "Reshape") is { } split
                && graph.ShapeOf(split.Inputs[0]) is { IsDefault: false, Length: 4 } image
                && graph.ShapeOf(split.Output) is { IsDefault: false, Length: 6 } parts
                && graph.ShapeOf(merge.Output) is { IsDefaultOrEmpty: false } merged
                && image[1] == parts[1] * parts[2] && image[2] == parts[3] * parts[4] && image[3] == parts[5]
                && merged[^1] == parts[2] * parts[4] * parts[5])
            {
                graph.Replace(merge, merge.With(SameInner, 1L));
            }
        }
    }
}

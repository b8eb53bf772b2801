namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// Patches of channels-last images side by side, Reshape [N, H/2, 2, W/2, 2, C], Transpose and Reshape [N, H/2, W/2, 4 C]: a channel is the
/// same index in each of the four parts. Swin transformers halve their images so, where they do not slice and join.
/// </summary>
internal static class PatchMerges
{
    /// <summary>The attribute of a Reshape that says so.</summary>
    public const string SameInner = "same_inner";

    public static void Apply(OnnxGraph graph)
    {
        foreach (var merge in graph.Nodes.Where(node => node.Is("Reshape")).ToArray())
        {
            if (graph.Maker(merge.Inputs[0], "Transpose") is { } transpose
                && graph.Maker(transpose.Inputs[0], "Reshape") is { } split
                && graph.ShapeOf(split.Inputs[0]) is { IsDefaultOrEmpty: false } image
                && graph.ShapeOf(split.Output) is { IsDefaultOrEmpty: false } parts
                && graph.ShapeOf(merge.Output) is { IsDefaultOrEmpty: false } merged
                && parts[^1] == image[^1] && transpose.Order(parts.Length)[^1] == parts.Length - 1
                && merged[^1] > parts[^1] && merged[^1] % parts[^1] == 0)
            {
                graph.Replace(merge, merge.With(SameInner, 1L));
            }
        }
    }
}

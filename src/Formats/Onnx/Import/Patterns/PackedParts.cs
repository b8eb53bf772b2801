namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// Reshape [..., 3 heads d] to [..., 3, heads, d] and Gather of queries, keys or values -> Slice of the features, then
/// Reshape to [..., heads, d]. So each part can be cut separately.
/// </summary>
internal static class PackedParts
{
    public static void Apply(OnnxGraph graph)
    {
        foreach (var gather in graph.Nodes.Where(node => node.Is("Gather")).ToArray())
        {
            if (graph.Constant(gather.Inputs[1]) is not { Shape.IsEmpty: true } index
                || graph.Maker(gather.Inputs[0], "Reshape") is not { } split
                || graph.ShapeOf(split.Inputs[0]) is not { IsDefault: false, Length: >= 2 } before
                || graph.ShapeOf(split.Output) is not { IsDefault: false } after || after.Length <= before.Length
                || (
                    gather.Int("axis", 0) is < 0 and var axis
                        ? axis + after.Length
                        : gather.Int("axis", 0)) != before.Length - 1
                || !before[..^1].SequenceEqual(after[..(before.Length - 1)]))
            {
                continue;
            }

            var (count, width) = (after[before.Length - 1], before[^1] / after[before.Length - 1]);
            var part = index.Integers[0] < 0 ? index.Integers[0] + count : index.Integers[0];
            if (part < 0 || part >= count)
            {
                continue;
            }

            string Vector(string name, long number)
            {
                var vector = graph.FreshName($"{gather.Name}/{name}");
                graph.Constants[vector] = OnnxTensor.Of(number);
                return vector;
            }

            var slice = graph.Emit(
                gather,
                "part",
                "Slice",
                [
                    split.Inputs[0],
                    Vector("start", part * width),
                    Vector("end", (part + 1) * width),
                    Vector("axis", before.Length - 1),
                ],
                before.SetItem(before.Length - 1, width));
            var target = graph.FreshName($"{gather.Name}/shape");
            graph.Constants[target] = OnnxTensor.Of([.. graph.ShapeOf(gather.Output)]);
            graph.Fuse(gather, "Reshape", "", [slice, target]);
        }
    }
}

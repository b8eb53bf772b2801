using Ocs.Formats.Onnx.Import.Shapes;

namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>A range of joined values that is just one of them: Slice of Concat -> that value.</summary>
internal static class JoinedParts
{
    public static void Apply(OnnxGraph graph)
    {
        foreach (var slice in graph.Nodes.Where(node => node.Is("Slice")).ToArray())
        {
            if (graph.Maker(slice.Inputs[0], "Concat") is { } concat
                && !graph.Outputs.Contains(slice.Output)
                && graph.ShapeOf(concat.Output) is { IsDefault: false } shape
                && slice.Inputs.Skip(1).All(input => input.Length == 0 || graph.Constant(input) is not null)
                && SliceRange.Of(new(graph, slice)).ToArray() is [{ Step: 1 } range]
                && new NodeArguments(graph, concat).Axis(0, shape.Length) == range.Axis
                && Part(graph, concat, range) is { } part)
            {
                graph.Redirect(slice.Output, part);
            }
        }
    }

    private static string? Part(OnnxGraph graph, OnnxNode concat, SliceRange range)
    {
        var start = 0L;
        foreach (var input in concat.Inputs)
        {
            if (graph.ShapeOf(input) is not { IsDefault: false } shape)
            {
                return null;
            }

            var length = shape[range.Axis];
            if (start == range.Start && length == range.Length)
            {
                return graph.Constant(input) is null ? input : null;
            }

            start += length;
        }

        return null;
    }
}

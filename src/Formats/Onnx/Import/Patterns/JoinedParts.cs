using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Shapes;

namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// Slice or Gather of a Concat, within one of its inputs -> the same of that input, or the input itself.
/// </summary>
internal static class JoinedParts
{
    public static void Apply(OnnxGraph graph)
    {
        foreach (var node in graph.Nodes.Where(node => node.Is("Slice") || node.Is("Gather")).ToArray())
        {
            if (graph.Maker(node.Inputs[0], "Concat") is { } concat
                && graph.ShapeOf(concat.Output) is { IsDefault: false } shape
                && node.Inputs.Skip(1).All(input => input.Length == 0 || graph.Constant(input) is not null)
                && RangeOf(graph, node, shape) is { Step: 1 } range
                && new NodeArguments(graph, concat).Axis(0, shape.Length) == range.Axis
                && PartOf(graph, concat, range) is var (part, start))
            {
                Read(graph, node, part, range with { Start = start });
            }
        }
    }

    private static SliceRange? RangeOf(OnnxGraph graph, OnnxNode node, ImmutableArray<long> shape)
    {
        var arguments = new NodeArguments(graph, node);
        if (node.Is("Slice"))
        {
            return SliceRange.Of(arguments).ToArray() is [var range] ? range : null;
        }

        var axis = arguments.Axis(0, shape.Length);
        return graph.Constant(node.Inputs[1]) is { Shape.IsEmpty: true, Integers: [var index] }
            ? new(axis, index < 0 ? index + shape[axis] : index, 1, 1)
            : null;
    }

    // The input of the Concat that contains a range, and the start in it.
    private static (string Part, long Start)? PartOf(OnnxGraph graph, OnnxNode concat, SliceRange range)
    {
        var first = 0L;
        foreach (var input in concat.Inputs)
        {
            if (graph.ShapeOf(input) is not { IsDefault: false } shape)
            {
                return null;
            }

            var start = range.Start - first;
            first += shape[range.Axis];
            if (start >= 0 && range.Start + range.Length <= first)
            {
                return graph.Constant(input) is null ? (input, start) : null;
            }
        }

        return null;
    }

    private static void Read(OnnxGraph graph, OnnxNode node, string part, SliceRange range)
    {
        string Constant(string name, OnnxTensor value)
        {
            var fresh = graph.FreshName($"{node.Name}/{name}");
            graph.Constants[fresh] = value;
            return fresh;
        }

        if (node.Is("Gather"))
        {
            graph.Rewire(node, [part, Constant("index", OnnxTensor.Of(range.Start).Reshaped([]))]);
        }
        else if (graph.ShapeOf(part)[range.Axis] == range.Length && !graph.Outputs.Contains(node.Output))
        {
            graph.Redirect(node.Output, part);
        }
        else
        {
            // In older opsets the bounds are attributes.
            var bare = node with { Attributes = node.Attributes.RemoveRange(["starts", "ends", "axes"]) };
            graph.Replace(node, bare);
            graph.Rewire(
                bare,
                [
                    part,
                    Constant("starts", OnnxTensor.Of(range.Start)),
                    Constant("ends", OnnxTensor.Of(range.Start + range.Length)),
                    Constant("axes", OnnxTensor.Of(range.Axis)),
                ]);
        }
    }
}

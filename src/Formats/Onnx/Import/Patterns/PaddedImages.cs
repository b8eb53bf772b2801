using Ocs.Formats.Onnx.Import.Folding;
using Ocs.Formats.Onnx.Import.Shapes;

namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// Channels of zeros behind an image's own, which only convolutions read: the convolutions read the image without them.
/// Int8 files have such channels, for kernels that take four at a time.
/// </summary>
internal static class PaddedImages
{
    public static void Apply(OnnxGraph graph)
    {
        var pads = graph.Nodes.Where(node => node.Is("Pad") && graph.Inputs.Contains(node.Inputs[0])).ToArray();
        foreach (var pad in pads)
        {
            var bounds = graph.OnlyUser(pad.Output) is { } user && KeepsZero(graph, user) ? user : null;
            var padded = (bounds ?? pad).Output;
            if (AddsChannels(graph, pad) && !graph.Outputs.Contains(padded)
                && graph.Users(padded).All(layer => IsPlainConvolution(graph, layer, padded)))
            {
                var channels = graph.ShapeOf(pad.Inputs[0])[1];
                foreach (var layer in graph.Users(padded).ToArray())
                {
                    graph.Rewire(
                        layer,
                        [
                            bounds is null ? pad.Inputs[0] : padded, Narrowed(graph, layer, channels),
                            .. layer.Inputs[2..],
                        ]);
                }

                if (bounds is not null)
                {
                    bounds = graph.Rewire(bounds, [pad.Inputs[0], .. bounds.Inputs[1..]]);
                    ConstantFolding.Infer(new(graph, bounds));
                }
            }
        }
    }

    private static bool KeepsZero(OnnxGraph graph, OnnxNode node) => node.Is("Clip")
        && (node.InputOrNull(1) is not { } lowest || graph.Scalar(lowest) <= 0)
        && (node.InputOrNull(2) is not { } highest || graph.Scalar(highest) >= 0);

    private static bool AddsChannels(OnnxGraph graph, OnnxNode pad)
    {
        var (before, after) = MovementShapes.Pads(new(graph, pad));
        return pad.Text("mode", "constant") == "constant" && pad.Float("value", 0) == 0
            && (pad.InputOrNull(2) is not { } value || graph.Scalar(value) == 0)
            && before.All(size => size == 0) && after.Length > 2 && after[1] > 0 && after.Sum(Math.Abs) == after[1];
    }

    private static bool IsPlainConvolution(OnnxGraph graph, OnnxNode node, string image) =>
        node.Is("Conv") && node.Int("group", 1) == 1 && node.Inputs[0] == image && !node.Inputs[1..].Contains(image)
        && graph.Constant(node.Inputs[1]) is { Shape.Length: > 2 } weight
        && weight.Shape[1] == graph.ShapeOf(image)[1];

    // The weights of the image's own channels.
    private static string Narrowed(OnnxGraph graph, OnnxNode layer, long channels)
    {
        var name = layer.Inputs[1];
        var weight = graph.Constants[name];
        var inner = (int)OnnxTensor.CountOf(weight.Shape[2..]);
        var (wide, narrow) = ((int)weight.Shape[1] * inner, (int)channels * inner);
        if (graph.OnlyUser(name) is null)
        {
            name = graph.FreshName($"{layer.Name}/weight");
        }

        graph.Constants[name] = OnnxTensor.OfFloats(
            weight.Shape.SetItem(1, channels),
            () => [.. weight.Floats.Chunk(wide).SelectMany(row => row.Take(narrow))],
            weight.Name);
        return name;
    }
}

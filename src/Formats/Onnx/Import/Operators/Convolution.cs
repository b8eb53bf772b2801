using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Convolutions over images and volumes, and over sequences as images of height 1.</summary>
internal static class Convolution
{
    private const int OfVolumes = 3;

    public static void Import(NodeImport node)
    {
        var weight = node.Constant(1);
        var window = WindowAttributes.Of(node.Arguments, [.. weight.Shape[2..]]);
        var x = Images.Padded(node, Images.Of(node, node.Input()), ref window);
        var groups = (int)node.Node.Int("group", 1);
        Operator op = window.Kernel.Length == OfVolumes
            ? new Conv3d(
                Images.Triple(window.Strides), Images.Triple(window.Before), Images.Triple(window.Dilations), groups)
            : new Conv2d(
                Images.Pair(window.Strides),
                Images.Pair(window.Before, otherwise: 0),
                Images.Pair(window.Dilations),
                groups);
        Finish(node, op, x, weight);
    }

    public static void Transposed(NodeImport node)
    {
        var (window, more) = TransposedWindow.Of(node.Arguments);
        var (padding, extra) = ((long[])window.Before.Clone(), (long[])more.Clone());
        var (first, last) = (new long[padding.Length], new long[padding.Length]);
        for (var dimension = 0; dimension < padding.Length; dimension++)
        {
            // Less padding after the image equals output padding, which ONNX Runtime limits to less than a stride.
            // Otherwise a Slice removes the difference between both ends.
            var difference = window.Before[dimension] - window.After[dimension];
            var surplus = more[dimension] + difference;
            if (surplus < 0)
            {
                (extra[dimension], last[dimension]) = (0, -surplus);
            }
            else if (difference > 0 && surplus >= window.Strides[dimension])
            {
                (padding[dimension], first[dimension]) = (window.After[dimension], difference);
            }
            else
            {
                extra[dimension] = surplus;
            }
        }

        var x = Images.Of(node, node.Input());
        Finish(node, Transposed(window, padding, extra, node), x, node.Constant(1), first, last);
    }

    private static Operator Transposed(WindowAttributes window, long[] padding, long[] extra, NodeImport node)
    {
        var groups = (int)node.Node.Int("group", 1);
        return padding.Length == OfVolumes
            ? new ConvTranspose3d(
                Images.Triple(window.Strides),
                Images.Triple(padding),
                Images.Triple(extra),
                Images.Triple(window.Dilations),
                groups)
            : new ConvTranspose2d(
                Images.Pair(window.Strides),
                Images.Pair(padding, otherwise: 0),
                Images.Pair(extra, otherwise: 0),
                Images.Pair(window.Dilations),
                groups);
    }

    // first, last: positions to remove at both ends of each spatial dimension.
    private static void Finish(
        NodeImport node, Operator op, Value x, OnnxTensor weight, long[]? first = null, long[]? last = null)
    {
        var specs = new List<ParameterSpec>
        {
            node.Parameter(weight, "weight", ParameterRole.Weight, Images.Shape(node, weight.Shape)),
        };
        if (node.Node.InputOrNull(2) is not null)
        {
            specs.Add(node.Parameter(2, "bias", ParameterRole.Bias));
        }

        var cut = Enumerable.Range(0, first?.Length ?? 0)
            .Where(dimension => first![dimension] + last![dimension] > 0)
            .ToArray();
        node.Output(Images.Back(node, name =>
        {
            var value = node.Builder.Add(cut.Length == 0 ? name : node.Part("whole"), op, [x], specs);
            foreach (var dimension in cut)
            {
                var ours = node.ShapeOf(value).Length - first!.Length + dimension;
                value = node.Builder.Slice(
                    dimension == cut[^1] ? name : node.Part("rows"),
                    value,
                    ours,
                    (int)first[dimension],
                    (int)(node.ShapeOf(value)[ours] - first[dimension] - last![dimension]));
            }

            return value;
        }));
    }
}

using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Pads of images, channels of zeros, and negative pads, which remove positions.</summary>
internal static class Pad
{
    public static void Import(NodeImport node)
    {
        var (before, after) = MovementShapes.Pads(node.Arguments);
        var x = Cropped(node, node.Input(), before, after);
        var mode = node.Node.Text("mode", "constant") switch
        {
            "constant" => PaddingMode.Constant,
            "reflect" => PaddingMode.Reflect,
            "edge" => PaddingMode.Replicate,
            var other => throw node.Error($"mode '{other}' is not known"),
        };
        var value = node.Node.Has("value") ? node.Node.Float("value", 0) : node.Arguments.Constant(2)?.Numbers[0] ?? 0;
        int[] padded = [.. Enumerable.Range(0, before.Length).Where(axis => before[axis] > 0 || after[axis] > 0)];
        if (padded is [2] && before.Length == 3)
        {
            var sequence = Images.Of(node, x);
            x = Images.Back(node, name => node.Builder.Pad2d(
                name,
                sequence,
                new(0, (int)before[2]),
                new(0, (int)after[2]),
                mode,
                Math.Clamp(value, float.MinValue, float.MaxValue)));
        }
        else if (padded.Length > 0 && before.Length == 4 && padded.All(axis => axis >= 2))
        {
            x = node.Builder.Pad2d(
                node.Name,
                x,
                new((int)before[2], (int)before[3]),
                new((int)after[2], (int)after[3]),
                mode,
                Math.Clamp(value, float.MinValue, float.MaxValue));
        }
        else if (padded.Length > 0 && before.Length == 5 && padded.All(axis => axis >= 2))
        {
            x = node.Builder.Pad3d(
                node.Name,
                x,
                Images.Triple(before[2..]),
                Images.Triple(after[2..]),
                mode,
                Math.Clamp(value, float.MinValue, float.MaxValue));
        }
        else if (padded is [1] && mode == PaddingMode.Constant && value == 0)
        {
            x = node.Builder.PadChannels(node.Name, x, (int)before[1], (int)after[1]);
        }
        else if (padded.Length > 0 && before.Length == 4 && padded.All(axis => axis is 1 or 2))
        {
            x = ChannelsLast(node, x, before, after, mode, value);
        }
        else if (padded.Length > 0)
        {
            throw node.Error(
                $"it pads dimensions {string.Join(", ", padded)}: images and volumes, or zeros as channels, "
                + "are read");
        }

        node.Output(x);
    }

    private static Value ChannelsLast(
        NodeImport node, Value x, long[] before, long[] after, PaddingMode mode, double value)
    {
        var images = node.Builder.Permute(node.Part("images"), x, 0, 3, 1, 2);
        var padded = node.Builder.Pad2d(
            node.Part("padded"),
            images,
            new((int)before[1], (int)before[2]),
            new((int)after[1], (int)after[2]),
            mode,
            value);
        return node.Builder.Permute(node.Name, padded, 0, 2, 3, 1);
    }

    private static Value Cropped(NodeImport node, Value x, long[] before, long[] after)
    {
        var isLast = before.Concat(after).All(size => size <= 0);
        var cut = Enumerable.Range(0, before.Length).Where(axis => before[axis] < 0 || after[axis] < 0).ToArray();
        foreach (var axis in cut)
        {
            var (start, end) = (Math.Max(-before[axis], 0), Math.Max(-after[axis], 0));
            x = node.Builder.Slice(
                isLast && axis == cut[^1] ? node.Name : node.Part("cropped"),
                x,
                axis,
                (int)start,
                (int)(node.ShapeOf(x)[axis] - start - end));
        }

        return x;
    }
}

using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Largest values and means of windows.</summary>
internal static class Pool
{
    public static void Max(NodeImport node)
    {
        if (node.Node.OutputOrNull(1) is not null)
        {
            throw node.Error("it also gives the places of the largest values, which are not computed");
        }

        var window = WindowAttributes.Of(node.Arguments);
        var x = Images.Of(node, node.Input());
        window = WithCeil(node, window);
        x = Images.Padded(node, x, ref window, value: float.MinValue);
        if (window.Dilations.Distinct().Count() > 1)
        {
            throw node.Error("its dilations differ, and one for height and width is read");
        }

        var op = new MaxPool2d(
            Images.Pair(window.Kernel), Images.Pair(window.Strides), Images.Pair(window.Before, otherwise: 0), window.Ceil,
            window.Kernel.Length == 1 && window.Kernel[0] == 1 ? 1 : (int)window.Dilations[0]);
        node.Output(Images.Back(node, name => node.Builder.Add(name, op, [x], [])));
    }

    public static void Average(NodeImport node)
    {
        var countsPadding = node.Node.Int("count_include_pad", 0) != 0;
        var window = WindowAttributes.Of(node.Arguments);
        if (window.Dilations.Any(dilation => dilation != 1) || (!countsPadding && !window.IsSymmetric))
        {
            throw node.Error("its mean is over spread positions, or its padding differs before and after and is not counted");
        }

        var x = Images.Padded(node, Images.Of(node, node.Input()), ref window);
        var op = new AveragePool2d(
            Images.Pair(window.Kernel), Images.Pair(window.Strides), Images.Pair(window.Before, otherwise: 0), window.Ceil, countsPadding);
        node.Output(Images.Back(node, name => node.Builder.Add(name, op, [x], [])));
    }

    public static void Global(NodeImport node)
    {
        Operator op = node.Node.Type == "GlobalMaxPool" ? new AdaptiveMaxPool2d(1) : new AdaptiveAveragePool2d(1);
        var x = Images.Of(node, node.Input());
        node.Output(Images.Back(node, name => node.Builder.Add(name, op, [x], [])));
    }

    // Exporters write windows that overhang the image as padding after it.
    private static WindowAttributes WithCeil(NodeImport node, WindowAttributes window)
    {
        if (window.Ceil || window.IsSymmetric || window.Before.Zip(window.After).Any(pads => pads.First > pads.Second))
        {
            return window;
        }

        var ceil = window with { After = window.Before, Ceil = true };
        return ceil.Positions(node.Arguments).SequenceEqual(window.Positions(node.Arguments)) ? ceil : window;
    }
}

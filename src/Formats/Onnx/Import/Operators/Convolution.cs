using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Convolutions of images, and of sequences as images of height 1.</summary>
internal static class Convolution
{
    public static void Import(NodeImport node)
    {
        var weight = node.Constant(1);
        var window = WindowAttributes.Of(node.Arguments, [.. weight.Shape[2..]]);
        var x = Images.Padded(node, Images.Of(node, node.Input()), ref window);
        var op = new Conv2d(
            Images.Pair(window.Strides),
            Images.Pair(window.Before, otherwise: 0),
            Images.Pair(window.Dilations),
            (int)node.Node.Int("group", 1));
        Finish(node, op, x, weight);
    }

    public static void Transposed(NodeImport node)
    {
        var (window, more) = TransposedWindow.Of(node.Arguments);

        // Less padding after the image is more of the output; more is what is cut off.
        long[] extra = [.. more.Select((size, dimension) => size + window.Before[dimension] - window.After[dimension])];
        var op = new ConvTranspose2d(
            Images.Pair(window.Strides),
            Images.Pair(window.Before, otherwise: 0),
            Images.Pair([.. extra.Select(size => Math.Max(size, 0))], otherwise: 0),
            Images.Pair(window.Dilations),
            (int)node.Node.Int("group", 1));
        var surplus = Images.Pair([.. extra.Select(size => Math.Max(-size, 0))], otherwise: 0);
        Finish(node, op, Images.Of(node, node.Input()), node.Constant(1), surplus);
    }

    private static void Finish(NodeImport node, Operator op, Value x, OnnxTensor weight, Pair surplus = default)
    {
        var specs = new List<ParameterSpec>
        {
            node.Parameter(weight, "weight", ParameterRole.Weight, Images.Shape(node, weight.Shape)),
        };
        if (node.Node.InputOrNull(2) is not null)
        {
            specs.Add(node.Parameter(2, "bias", ParameterRole.Bias));
        }

        node.Output(Images.Back(node, name => surplus == 0
            ? node.Builder.Add(name, op, [x], specs)
            : First(node, name, node.Builder.Add(node.Part("whole"), op, [x], specs), surplus)));
    }

    // An image without its last positions.
    private static Value First(NodeImport node, string name, Value x, Pair surplus)
    {
        var (height, width) = ((int)node.ShapeOf(x)[2] - surplus.Height, (int)node.ShapeOf(x)[3] - surplus.Width);
        return surplus.Width == 0 ? node.Builder.Slice(name, x, 2, 0, height)
            : surplus.Height == 0 ? node.Builder.Slice(name, x, 3, 0, width)
            : node.Builder.Slice(name, node.Builder.Slice(node.Part("rows"), x, 2, 0, height), 3, 0, width);
    }
}

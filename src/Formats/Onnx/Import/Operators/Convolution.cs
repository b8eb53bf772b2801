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
            Images.Pair(window.Strides), Images.Pair(window.Before, otherwise: 0), Images.Pair(window.Dilations), (int)node.Node.Int("group", 1));
        Finish(node, op, x, weight);
    }

    public static void Transposed(NodeImport node)
    {
        var weight = node.Constant(1);
        if (node.Node.Has("output_shape") || node.Node.Text("auto_pad", "NOTSET") is not ("NOTSET" or "VALID"))
        {
            throw node.Error("its padding follows from a stated output, which is not read: export it with pads and output_padding");
        }

        var window = WindowAttributes.Of(node.Arguments, [.. weight.Shape[2..]]);
        var more = node.Node.Ints("output_padding") ?? new long[window.Kernel.Length];

        // Less padding after the image is more of the output.
        long[] extra = [.. more.Select((size, dimension) => size + window.Before[dimension] - window.After[dimension])];
        var op = new ConvTranspose2d(
            Images.Pair(window.Strides), Images.Pair(window.Before, otherwise: 0), Images.Pair(extra, otherwise: 0), Images.Pair(window.Dilations),
            (int)node.Node.Int("group", 1));
        Finish(node, op, Images.Of(node, node.Input()), weight);
    }

    private static void Finish(NodeImport node, Operator op, Value x, OnnxTensor weight)
    {
        var specs = new List<ParameterSpec> { node.Parameter(weight, "weight", ParameterRole.Weight, Images.Shape(node, weight.Shape)) };
        if (node.Node.InputOrNull(2) is not null)
        {
            specs.Add(node.Parameter(2, "bias", ParameterRole.Bias));
        }

        node.Output(Images.Back(node, name => node.Builder.Add(name, op, [x], specs)));
    }
}

using System.Runtime.InteropServices;
using Onnx;

namespace Ocs.Formats.Tests.Onnx.Backend;

/// <summary>Settings of operators that libtorch's have no counterpart of, or that make no network of a batch; rules over the attributes and shapes.</summary>
internal static class UnreadSettings
{
    private const float SeluAlpha = 1.6732632f;

    /// <summary>Which setting a node has, or null where it has none.</summary>
    public static string? Of(NodeProto node, BackendCase test) => node.OpType switch
    {
        "Resize" or "Upsample" => OfResize(node, test),
        "ConvTranspose" when Text(node, "auto_pad", "NOTSET").StartsWith("SAME", StringComparison.Ordinal) || Has(node, "output_shape") =>
            "transposed convolutions whose padding follows from a stated output",
        "AveragePool" when Int(node, "count_include_pad") == 0 && IsUneven(node, test) => "means that leave out padding which is uneven or wide",
        "Gemm" when Int(node, "transA") != 0 => "matrix products that sum over the batch",
        "Gemm" when node.Input.Count > 2 && Shape(test, node.Input[2]) is [> 1, _] => "biases that differ from sample to sample",
        "PRelu" when Shape(test, node.Input[1]) is var slope && !IsOneAChannel(slope, Shape(test, node.Input[0])) => "slopes a position",
        "Selu" when Math.Abs(Float(node, "alpha", SeluAlpha) - SeluAlpha) > 1e-3 => "constants of SELU that are not the paper's",
        "Slice" when Numbers(test, node, 4).Any(step => step < 0) => "slices that go backwards",
        "Gather" when Shape(test, node.Input[1]).Length > 1 => "indices of several dimensions",
        "Gather" when Shape(test, node.Input[1]).Length == 1 && Numbers(test, node, 1) is var indices && indices.Any(index => index < 0) => "negative indices",
        _ => null,
    };

    private static string? OfResize(NodeProto node, BackendCase test)
    {
        var (mode, position) = (Text(node, "mode", "nearest"), Text(node, "coordinate_transformation_mode", "half_pixel"));
        long[] from = Shape(test, test.Inputs[0].Name), to = [.. test.Outputs[0].Dims];
        if (mode == "cubic")
        {
            return "cubic interpolation";
        }

        var isWhole = from.Zip(to).All(sizes => sizes.Second % sizes.First == 0);
        if (mode == "nearest")
        {
            var rounding = Text(node, "nearest_mode", "round_prefer_floor");
            var isOld = node.OpType == "Upsample" || test.Opset < 11;
            return isOld || (position == "asymmetric" && rounding == "floor")
                || (isWhole && position is "half_pixel" or "pytorch_half_pixel" && rounding.StartsWith("round", StringComparison.Ordinal))
                ? null
                : "nearest positions of other rounding";
        }

        var scales = test.Inputs.FirstOrDefault(input => node.Input.Count > 2 && input.Name == node.Input[2]) is { } tensor ? BackendRun.Numbers(tensor) : [];
        return scales.Zip(from).Any(pair => pair.First * pair.Second % 1 != 0) || (position == "pytorch_half_pixel" && from.Zip(to).Any(sizes => sizes.Second == 1 && sizes.First > 1))
            || position is not ("half_pixel" or "align_corners" or "pytorch_half_pixel")
            ? "linear positions that sizes alone do not tell"
            : null;
    }

    private static bool IsUneven(NodeProto node, BackendCase test)
    {
        var kernel = Ints(node, "kernel_shape");
        var pads = Ints(node, "pads");
        return pads.Length == 0
            ? Text(node, "auto_pad", "NOTSET").StartsWith("SAME", StringComparison.Ordinal) && kernel.Any(size => size % 2 == 0)
            : !pads.Take(kernel.Length).SequenceEqual(pads.Skip(kernel.Length)) || pads.Select((pad, index) => 2 * pad > kernel[index % kernel.Length]).Any(wide => wide);
    }

    private static bool IsOneAChannel(long[] slope, long[] x) =>
        slope.All(size => size == 1) || (x.Length > 1 && slope.Length == x.Length - 1 && slope[0] == x[1] && slope.Skip(1).All(size => size == 1));

    private static AttributeProto? Find(NodeProto node, string name) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name);

    private static bool Has(NodeProto node, string name) => Find(node, name) is not null;

    private static string Text(NodeProto node, string name, string otherwise) => Find(node, name)?.S.ToStringUtf8() ?? otherwise;

    private static long Int(NodeProto node, string name) => Find(node, name)?.I ?? 0;

    private static float Float(NodeProto node, string name, float otherwise) => Find(node, name)?.F ?? otherwise;

    private static long[] Ints(NodeProto node, string name) => Find(node, name)?.Ints.ToArray() ?? [];

    private static long[] Shape(BackendCase test, string name) => test.Inputs.Concat(test.Model.Graph.Initializer).FirstOrDefault(tensor => tensor.Name == name)?.Dims.ToArray() ?? [];

    private static long[] Numbers(BackendCase test, NodeProto node, int input)
    {
        var tensor = input < node.Input.Count ? test.Inputs.FirstOrDefault(tensor => tensor.Name == node.Input[input]) : null;
        return tensor is null ? [] : [.. MemoryMarshal.Cast<byte, long>(tensor.RawData.Span).ToArray(), .. tensor.Int64Data];
    }
}

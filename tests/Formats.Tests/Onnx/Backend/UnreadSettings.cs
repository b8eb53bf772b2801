using Onnx;

namespace Ocs.Formats.Tests.Onnx.Backend;

/// <summary>
/// Settings of operators that are refused because they make no network of a batch, libtorch has no operator of them, or
/// they mean different things to ONNX and its runtimes.
/// </summary>
internal static class UnreadSettings
{
    /// <summary>Which setting a node has, or null where it has none.</summary>
    public static string? Of(NodeProto node, BackendCase test) => node.OpType switch
    {
        "Resize" => OfResize(node, test),
        "Compress" when Find(node, "axis") is null => "elements of all dimensions",
        "Gemm" when Int(node, "transA") != 0 => "matrix products that sum over the batch",
        "Gemm" when node.Input.Count > 2
            && Shape(test, node.Input[2]) is [> 1, _] => "biases that differ between samples",
        _ => null,
    };

    private static string? OfResize(NodeProto node, BackendCase test)
    {
        var position = Text(node, "coordinate_transformation_mode", "half_pixel");
        var from = Shape(test, test.Inputs[0].Name);
        var scales = test.Inputs.FirstOrDefault(input => node.Input.Count > 2
            && input.Name == node.Input[2]) is { } tensor ? BackendRun.Numbers(tensor) : [];
        return position == "tf_crop_and_resize" ? "parts of images that an input cuts out"
            : position == "align_corners" && scales.Zip(from)
            .Any(pair => pair.First * pair.Second % 1 != 0) ? "aligned corners of a size with a fraction"
            : null;
    }

    private static AttributeProto? Find(NodeProto node, string name) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == name);

    private static string Text(NodeProto node, string name, string otherwise) =>
        Find(node, name)?.S.ToStringUtf8() ?? otherwise;

    private static long Int(NodeProto node, string name) => Find(node, name)?.I ?? 0;

    private static long[] Shape(BackendCase test, string name) => test.Inputs.Concat(test.Model.Graph.Initializer)
        .FirstOrDefault(tensor => tensor.Name == name)?.Dims.ToArray() ?? [];
}

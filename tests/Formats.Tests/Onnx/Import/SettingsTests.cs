using Google.Protobuf;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.Torch;

namespace Ocs.Formats.Tests.Onnx.Import;

/// <summary>
/// Settings that libtorch's operators lack, and become other operators or several. ONNX Runtime on the same file is the
/// source.
/// </summary>
[NoTensorLeaks]
public sealed class SettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, int[]> Resizes => new()
    {
        { "linear", "asymmetric", [7, 9] },
        { "linear", "pytorch_half_pixel", [1, 3] },
        { "cubic", "asymmetric", [7, 9] },
        { "cubic", "half_pixel", [3, 11] },
        { "cubic", "align_corners", [8, 2] },
        { "nearest", "half_pixel", [7, 3] },
        { "nearest", "asymmetric", [3, 8] },
        { "nearest", "align_corners", [9, 7] },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Resizes))]
    public void Images_get_a_size(string mode, string position, int[] size)
    {
        (string, object)[] settings =
            [("nearest_mode", "ceil"), ("exclude_outside", mode == "cubic" ? 1 : 0), ("cubic_coeff_a", -0.75f)];
        foreach (var (name, value) in settings)
        {
            AssertSame((model, x) => model.Node(
                "Resize", [x, "", "", model.Integers(1, 3, size[0], size[1])], [1, 3, size[0], size[1]],
                ("mode", mode), ("coordinate_transformation_mode", position), (name, value)));
        }
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("cubic")]
    [InlineData("nearest")]
    public void Images_get_a_scale_that_leaves_part_of_a_position_out(string mode) =>
        AssertSame((model, x) => model.Node(
            "Resize", [x, "", model.Weight("scales", [4], 1, 1, 0.7f, 1.3f)], [1, 3, 3, 7], ("mode", mode)));

    [Fact]
    public void Several_values_and_constants_have_a_largest_and_a_smallest()
    {
        foreach (var type in new[] { "Max", "Min" })
        {
            AssertSame((model, x) => model.Node(
                type,
                [
                    model.Weight("channels", [3, 1, 1], -0.5f, 0, 0.5f), x, model.Node("Neg", [x], [1, 3, 5, 6]),
                    model.Scalar(0.25f),
                ],
                [1, 3, 5, 6]));
            AssertSame((model, x) => model.Node(type, [x], [1, 3, 5, 6]));
        }
    }

    [Theory]
    [InlineData("SAME_UPPER", 3, 2)]
    [InlineData("SAME_LOWER", 3, 2)]
    [InlineData("SAME_LOWER", 4, 2)]
    public void A_transposed_convolution_is_as_large_as_its_strides_say(string pad, int kernel, int stride) =>
        AssertSame((model, x) => model.Node(
            "ConvTranspose",
            [x, model.Weight("w", [3, 2, kernel, kernel], Weights(6 * kernel * kernel)), model.Weight("b", [2], 1, -1)],
            [1, 2, 5 * stride, 6 * stride], ("auto_pad", pad), ("strides", new[] { stride, stride })));

    // ONNX says 15 x 18, ONNX Runtime makes 14 x 17.
    [Fact]
    public void A_transposed_convolution_whose_window_is_smaller_than_its_stride_is_kept()
    {
        var model = new HandMade();
        var node = model.Node(
            "ConvTranspose", [model.Input("x", 1, 3, 5, 6), model.Weight("w", [3, 2, 2, 2], 1)],
            [1, 2, 15, 18], ("auto_pad", "SAME_UPPER"), ("strides", new[] { 3, 3 }));
        Assert.Contains(
            "its window is smaller than its stride",
            Unread.ReasonsOf(Written(model, node)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 13)]
    [InlineData(12, 14)]
    [InlineData(9, 12)]
    public void A_transposed_convolution_is_as_large_as_it_says(int height, int width) =>
        AssertSame((model, x) => model.Node(
            "ConvTranspose", [x, model.Weight("w", [3, 2, 3, 3], Weights(54)), model.Weight("b", [2], 1, -1)],
            [1, 2, height, width], ("strides", new[] { 2, 2 }), ("output_shape", new[] { height, width })));

    [Fact]
    public void A_mean_leaves_out_padding_that_is_uneven_or_wide()
    {
        AssertSame((model, x) => Mean(
            model, x, [1, 3, 5, 6], ("kernel_shape", new[] { 2, 4 }), ("auto_pad", "SAME_LOWER")));
        AssertSame((model, x) => Mean(
            model, x, [1, 3, 3, 3],
            ("kernel_shape", new[] { 3, 3 }), ("pads", new[] { 2, 0, 0, 1 }), ("strides", new[] { 2, 2 })));
        AssertSame((model, x) => Mean(
            model, x, [1, 3, 7, 8], ("kernel_shape", new[] { 3, 3 }), ("pads", new[] { 2, 2, 2, 2 })));
    }

    [Fact]
    public void A_slope_may_differ_from_position_to_position() =>
        AssertSame((model, x) => model.Node("PRelu", [x, model.Weight("slope", [5, 6], Weights(30))], [1, 3, 5, 6]));

    [Theory]
    [InlineData("align_corners", "linear", "it aligns corners by a scale that makes no whole size")]
    [InlineData("tf_crop_and_resize", "linear", "its positions (tf_crop_and_resize) are not supported")]
    [InlineData("tf_half_pixel_for_nn", "linear", "its positions (tf_half_pixel_for_nn) are not supported")]
    [InlineData("half_pixel", "lanczos", "mode 'lanczos' is not known")]
    public void Positions_that_are_not_told_are_kept(string position, string mode, string said)
    {
        var model = new HandMade();
        var resize = model.Node(
            "Resize", [model.Input("x", 1, 3, 5, 6), "", model.Weight("scales", [4], 1, 1, 0.7f, 1.3f)], [1, 3, 3, 7],
            ("mode", mode), ("coordinate_transformation_mode", position));
        Assert.Contains(
            said,
            Unread.ReasonsOf(Written(model, resize)),
            StringComparison.Ordinal);
    }

    private static string Mean(HandMade model, string x, long[] shape, params (string, object)[] attributes) =>
        model.Node("AveragePool", [x], shape, attributes);

    private static float[] Weights(int count) => new Dice(5).Floats(count, -1, 1);

    private void AssertSame(Func<HandMade, string, string> make)
    {
        var model = new HandMade();
        var path = Written(model, make(model, model.Input("x", 1, 3, 5, 6)));
        using var session = InferenceSession.Open(path, 1);
        using var read = OnnxFile.Read(path);
        using var noGradients = Autograd.NoGrad();
        var numbers = new Dice(1).Floats(90, -1, 1);
        using var x = Tensor.FromArray<float>(numbers, [1, 3, 5, 6]);
        using var actual = new Executor(read.Graph, read.Parameters).Forward(x, training: false);
        var expected = session.Run(TensorData.Of(numbers, [1, 3, 5, 6]))[0];

        Assert.Equal(expected.Shape.AsSpan().ToArray(), actual.Shape.ToArray());
        Tensors.AssertClose(expected.As<float>(), actual.ToArray<float>());
    }

    private string Written(HandMade model, string output)
    {
        var path = _folder.PathOf("model.onnx");
        File.WriteAllBytes(path, model.Model(output).ToByteArray());
        return path;
    }
}

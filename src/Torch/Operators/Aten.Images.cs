using Ocs.Torch.Interop;
using static Ocs.Torch.Interop.OperatorCall;

namespace Ocs.Torch;

/// <content>Operators on images besides convolution: norms, padding, resizing, channel orders.</content>
public static partial class Aten
{
    private static readonly AtenOperator ConvTranspose2dOperator = new("aten::conv_transpose2d", "input");
    private static readonly AtenOperator GroupNormOperator = new("aten::group_norm");
    private static readonly AtenOperator InstanceNormOperator = new("aten::instance_norm");
    private static readonly AtenOperator PReluOperator = new("aten::prelu");
    private static readonly AtenOperator AdaptiveMaxPool2dOperator = new("aten::adaptive_max_pool2d");
    private static readonly AtenOperator ConstantPadOperator = new("aten::constant_pad_nd");
    private static readonly AtenOperator ReflectionPad2dOperator = new("aten::reflection_pad2d");
    private static readonly AtenOperator ReplicationPad2dOperator = new("aten::replication_pad2d");
    private static readonly AtenOperator UpsampleNearest2dOperator = new("aten::upsample_nearest2d");
    private static readonly AtenOperator UpsampleBilinear2dOperator = new("aten::upsample_bilinear2d");
    private static readonly AtenOperator UpsampleBicubic2dOperator = new("aten::upsample_bicubic2d");
    private static readonly AtenOperator PixelShuffleOperator = new("aten::pixel_shuffle");
    private static readonly AtenOperator PixelUnshuffleOperator = new("aten::pixel_unshuffle");
    private static readonly AtenOperator RollOperator = new("aten::roll");

    /// <summary>
    /// [N, C, H, W] by weights [C, O / groups, h, w]. On a CPU a strided 1x1 one is computed over contiguous planes,
    /// since libtorch's gradient is wrong for channels-last (see <see cref="Conv2d"/>).
    /// </summary>
    public static Tensor ConvTranspose2d(
        Tensor input,
        Tensor weight,
        Tensor? bias,
        long[] stride,
        long[] padding,
        long[] outputPadding,
        long groups,
        long[] dilation)
    {
        var isApart = input.Device.Kind == DeviceKind.Cpu && weight.Rank == 4 && weight.Shape[2] * weight.Shape[3] == 1
            && stride.Any(step => step > 1);
        using var planes = isApart ? input.Contiguous() : input.Alias();
        using var kernel = isApart ? weight.Contiguous() : weight.Alias();
        return Invoke(ConvTranspose2dOperator, planes, kernel, bias, stride, padding, outputPadding, groups, dilation);
    }

    /// <summary>Normalizes each sample over groups of channels (dimension 1), with a weight and a bias [C].</summary>
    public static Tensor GroupNorm(
        Tensor input, long groups, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
        => Invoke(GroupNormOperator, input, groups, weight, bias, epsilon);

    /// <summary>Normalizes each channel of each image.</summary>
    public static Tensor InstanceNorm(Tensor input, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
        => Invoke(
            InstanceNormOperator,
            input,
            weight,
            bias,
            default,
            default,
            /* statistics of the input */ true,
            0.0,
            epsilon,
            /* cuDNN */ true);

    /// <summary>PReLU with one slope, or one per channel.</summary>
    public static Tensor PRelu(Tensor input, Tensor slope) => Invoke(PReluOperator, input, slope);

    /// <summary>
    /// The maximum over each cell of a grid of <paramref name="height"/> by <paramref name="width"/>.
    /// </summary>
    public static Tensor AdaptiveMaxPool2d(Tensor input, long height, long width)
    {
        var results = InvokeMany(AdaptiveMaxPool2dOperator, [input, new[] { height, width }]);
        results[1].Dispose();
        return results[0];
    }

    /// <summary>Pads with a value: two sizes per dimension, the last dimension first.</summary>
    public static Tensor ConstantPad(Tensor input, long[] border, double value = 0) =>
        Invoke(ConstantPadOperator, input, border, value);

    /// <summary>Reflection padding: left, right, top, bottom.</summary>
    public static Tensor ReflectionPad2d(Tensor input, long[] border) => Invoke(ReflectionPad2dOperator, input, border);

    /// <summary>Replication padding: left, right, top, bottom.</summary>
    public static Tensor ReplicationPad2d(Tensor input, long[] border) =>
        Invoke(ReplicationPad2dOperator, input, border);

    /// <summary>[N, C, H, W] to [N, C, height, width] by the nearest positions.</summary>
    public static Tensor UpsampleNearest2d(Tensor input, long height, long width)
        => Invoke(UpsampleNearest2dOperator, input, new[] { height, width });

    /// <summary>[N, C, H, W] to [N, C, height, width] by linear interpolation.</summary>
    public static Tensor UpsampleBilinear2d(Tensor input, long height, long width, bool alignCorners = false)
        => Invoke(UpsampleBilinear2dOperator, input, new[] { height, width }, alignCorners);

    /// <summary>[N, C, H, W] to [N, C, height, width] by bicubic interpolation with the coefficient -0.75.</summary>
    public static Tensor UpsampleBicubic2d(Tensor input, long height, long width, bool alignCorners = false)
        => Invoke(UpsampleBicubic2dOperator, input, new[] { height, width }, alignCorners);

    /// <summary>[N, C r r, H, W] to [N, C, H r, W r].</summary>
    public static Tensor PixelShuffle(Tensor input, long factor) => Invoke(PixelShuffleOperator, input, factor);

    /// <summary>[N, C, H r, W r] to [N, C r r, H, W].</summary>
    public static Tensor PixelUnshuffle(Tensor input, long factor) => Invoke(PixelUnshuffleOperator, input, factor);

    /// <summary>Rolls dimensions by shifts; elements beyond the end reappear at the start.</summary>
    public static Tensor Roll(Tensor input, long[] shifts, long[] dimensions) =>
        Invoke(RollOperator, input, shifts, dimensions);
}

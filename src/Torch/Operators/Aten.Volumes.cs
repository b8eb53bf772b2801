using Ocs.Torch.Interop;
using static Ocs.Torch.Interop.OperatorCall;

namespace Ocs.Torch;

/// <content>Operators on videos and volumes [N, C, D, H, W]. Sizes are depth, height and width.</content>
public static partial class Aten
{
    private static readonly AtenOperator Conv3dOperator = new("aten::conv3d");
    private static readonly AtenOperator ConvTranspose3dOperator = new("aten::conv_transpose3d", "input");
    private static readonly AtenOperator MaxPool3dOperator = new("aten::max_pool3d");
    private static readonly AtenOperator AvgPool3dOperator = new("aten::avg_pool3d");
    private static readonly AtenOperator AdaptiveAvgPool3dOperator = new("aten::adaptive_avg_pool3d");
    private static readonly AtenOperator AdaptiveMaxPool3dOperator = new("aten::adaptive_max_pool3d");
    private static readonly AtenOperator ReflectionPad3dOperator = new("aten::reflection_pad3d");
    private static readonly AtenOperator ReplicationPad3dOperator = new("aten::replication_pad3d");
    private static readonly AtenOperator UpsampleNearest3dOperator = new("aten::upsample_nearest3d");
    private static readonly AtenOperator UpsampleTrilinear3dOperator = new("aten::upsample_trilinear3d");

    /// <summary>[N, C, D, H, W] by weights [O, C / groups, d, h, w].</summary>
    public static Tensor Conv3d(
        Tensor input, Tensor weight, Tensor? bias, long[] stride, long[] padding, long[] dilation, long groups = 1)
        => Invoke(Conv3dOperator, input, weight, bias, stride, padding, dilation, groups);

    /// <summary>[N, C, D, H, W] by weights [C, O / groups, d, h, w].</summary>
    public static Tensor ConvTranspose3d(
        Tensor input,
        Tensor weight,
        Tensor? bias,
        long[] stride,
        long[] padding,
        long[] outputPadding,
        long groups,
        long[] dilation)
        => Invoke(ConvTranspose3dOperator, input, weight, bias, stride, padding, outputPadding, groups, dilation);

    /// <summary>The maximum of each window.</summary>
    public static Tensor MaxPool3d(
        Tensor input, long[] kernel, long[] stride, long[] padding, long[] dilation, bool ceilMode = false)
        => Invoke(MaxPool3dOperator, input, kernel, stride, padding, dilation, ceilMode);

    /// <summary>The mean of each window.</summary>
    public static Tensor AvgPool3d(
        Tensor input,
        long[] kernel,
        long[] stride,
        long[] padding,
        bool ceilMode = false,
        bool countIncludePad = true)
        => Invoke(AvgPool3dOperator, input, kernel, stride, padding, ceilMode, countIncludePad);

    /// <summary>The mean over each cell of a grid.</summary>
    public static Tensor AdaptiveAvgPool3d(Tensor input, long[] size) => Invoke(AdaptiveAvgPool3dOperator, input, size);

    /// <summary>The maximum over each cell of a grid.</summary>
    public static Tensor AdaptiveMaxPool3d(Tensor input, long[] size)
    {
        var results = InvokeMany(AdaptiveMaxPool3dOperator, [input, size]);
        results[1].Dispose();
        return results[0];
    }

    /// <summary>[N, C, D, H, W] to [N, C, depth, height, width] by the nearest positions.</summary>
    public static Tensor UpsampleNearest3d(Tensor input, long[] size) => Invoke(UpsampleNearest3dOperator, input, size);

    /// <summary>[N, C, D, H, W] to [N, C, depth, height, width] by linear interpolation.</summary>
    public static Tensor UpsampleTrilinear3d(Tensor input, long[] size, bool alignCorners = false)
        => Invoke(UpsampleTrilinear3dOperator, input, size, alignCorners);

    /// <summary>Reflection padding: left, right, top, bottom, front, back.</summary>
    public static Tensor ReflectionPad3d(Tensor input, long[] border) => Invoke(ReflectionPad3dOperator, input, border);

    /// <summary>Replication padding: left, right, top, bottom, front, back.</summary>
    public static Tensor ReplicationPad3d(Tensor input, long[] border) =>
        Invoke(ReplicationPad3dOperator, input, border);
}

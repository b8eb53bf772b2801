using Ocs.Torch.Interop;
using static Ocs.Torch.Interop.OperatorCall;

namespace Ocs.Torch;

/// <summary>The reduction of a loss over a batch, numbered as in libtorch.</summary>
public enum Reduction
{
    /// <summary>One loss per sample.</summary>
    None = 0,

    /// <summary>The mean of the losses.</summary>
    Mean = 1,

    /// <summary>The sum of the losses.</summary>
    Sum = 2,
}

/// <summary>What <see cref="Aten.TrainingBatchNorm"/> ends with, numbered as in native/kernels/norm.h.</summary>
internal enum NormActivation
{
    None = 0,
    Relu = 1,
    Relu6 = 2,
    Silu = 3,
    HardSwish = 4,
}

/// <content>Layers, pooling and losses.</content>
public static unsafe partial class Aten
{
    private static readonly AtenOperator Conv2dOperator = new("ocs::conv2d");
    private static readonly AtenOperator LinearOperator = new("aten::linear");
    private static readonly AtenOperator MatmulOperator = new("ocs::matmul");
    private static readonly AtenOperator BatchNormOperator = new("aten::batch_norm");
    private static readonly AtenOperator TrainingBatchNormOperator = new("ocs::batch_norm");
    private static readonly AtenOperator MaxPool2dOperator = new("aten::max_pool2d");
    private static readonly AtenOperator AvgPool2dOperator = new("aten::avg_pool2d");
    private static readonly AtenOperator AdaptiveAvgPool2dOperator = new("aten::adaptive_avg_pool2d");
    private static readonly AtenOperator SoftmaxOperator = new("aten::softmax", "int");
    private static readonly AtenOperator LogSoftmaxOperator = new("aten::log_softmax", "int");
    private static readonly AtenOperator CrossEntropyOperator = new("aten::cross_entropy_loss");

    /// <summary>
    /// [N, C, H, W] by weights [O, C / groups, h, w]; stride, padding and dilation of height and width.
    /// </summary>
    /// <remarks>
    /// On a CPU with AVX2 or AVX-512 the shim computes 3x3 convolutions with a padding of 1, and 1x1 convolutions with
    /// strides of 2, over contiguous planes (see <see cref="TorchRuntime.OwnKernels"/>), and in channels last the
    /// gradient of depthwise weights 5 or 7 wide. Under autocast to
    /// bfloat16, the gradient of wide weights over few pixels is computed by matrix products. A strided 1x1 convolution
    /// first drops unread pixels, since libtorch's may crash or give wrong gradients. Everything else is libtorch's.
    /// </remarks>
    public static Tensor Conv2d(
        Tensor input,
        Tensor weight,
        Tensor? bias,
        ReadOnlySpan<long> stride,
        ReadOnlySpan<long> padding,
        ReadOnlySpan<long> dilation,
        long groups = 1)
    {
        fixed (long* strides = stride, paddings = padding, dilations = dilation)
        {
            return Invoke(
                Conv2dOperator,
                input,
                weight,
                bias,
                OperatorArgument.Pinned(strides, stride.Length),
                OperatorArgument.Pinned(paddings, padding.Length),
                OperatorArgument.Pinned(dilations, dilation.Length),
                groups);
        }
    }

    /// <summary>[..., I] by weights [O, I].</summary>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor? bias = null)
        => Invoke(LinearOperator, input, weight, bias);

    /// <summary>The matrix product over the last two dimensions; leading dimensions broadcast.</summary>
    /// <remarks>
    /// Products of many float32 matrices with up to 512 rows or columns are our own on a CPU (see
    /// <see cref="TorchRuntime.OwnKernels"/>).
    /// </remarks>
    public static Tensor Matmul(Tensor left, Tensor right) => Invoke(MatmulOperator, left, right);

    /// <summary>Normalizes channels (dimension 1). In training the running buffers, if any, are updated.</summary>
    public static Tensor BatchNorm(
        Tensor input,
        Tensor? weight,
        Tensor? bias,
        Tensor? runningMean,
        Tensor? runningVar,
        bool training,
        double momentum = 0.1,
        double epsilon = 1e-5)
        => Invoke(
            BatchNormOperator,
            input,
            weight,
            bias,
            runningMean,
            runningVar,
            training,
            momentum,
            epsilon,
            /* cuDNN */ true);

    /// <summary>
    /// activation(batch norm(input) + residual) of a training step, an operator of the shim; the residual is optional.
    /// On a CPU it needs two passes over memory forward and two backward. Elsewhere, and for SiLU and hard-swish of a
    /// sum, it calls libtorch's operators. The running buffers are updated.
    /// </summary>
    internal static Tensor TrainingBatchNorm(
        Tensor input,
        Tensor? residual,
        Tensor weight,
        Tensor bias,
        Tensor runningMean,
        Tensor runningVar,
        double momentum,
        double epsilon,
        NormActivation activation)
        => Invoke(
            TrainingBatchNormOperator,
            input,
            residual,
            weight,
            bias,
            runningMean,
            runningVar,
            momentum,
            epsilon,
            (long)activation);

    /// <summary>The maximum of each window of [N, C, H, W]; sizes are height and width.</summary>
    public static Tensor MaxPool2d(
        Tensor input,
        ReadOnlySpan<long> kernel,
        ReadOnlySpan<long> stride,
        ReadOnlySpan<long> padding,
        ReadOnlySpan<long> dilation = default,
        bool ceilMode = false)
    {
        var spread = dilation.IsEmpty ? [1] : dilation;
        fixed (long* kernels = kernel, strides = stride, paddings = padding, dilations = spread)
        {
            return Invoke(
                MaxPool2dOperator,
                input,
                OperatorArgument.Pinned(kernels, kernel.Length),
                OperatorArgument.Pinned(strides, stride.Length),
                OperatorArgument.Pinned(paddings, padding.Length),
                OperatorArgument.Pinned(dilations, spread.Length),
                ceilMode);
        }
    }

    /// <summary>The mean of each window of [N, C, H, W]; sizes are height and width.</summary>
    public static Tensor AvgPool2d(
        Tensor input,
        ReadOnlySpan<long> kernel,
        ReadOnlySpan<long> stride,
        ReadOnlySpan<long> padding,
        bool ceilMode = false,
        bool countIncludePad = true)
    {
        fixed (long* kernels = kernel, strides = stride, paddings = padding)
        {
            return Invoke(
                AvgPool2dOperator,
                input,
                OperatorArgument.Pinned(kernels, kernel.Length),
                OperatorArgument.Pinned(strides, stride.Length),
                OperatorArgument.Pinned(paddings, padding.Length),
                ceilMode,
                countIncludePad);
        }
    }

    /// <summary>The mean over each cell of a grid of <paramref name="height"/> by <paramref name="width"/>.</summary>
    public static Tensor AdaptiveAvgPool2d(Tensor input, long height, long width)
    {
        var size = stackalloc long[] { height, width };
        return Invoke(AdaptiveAvgPool2dOperator, input, OperatorArgument.Pinned(size, 2));
    }

    /// <summary>e^x divided by the sum of e^x along a dimension.</summary>
    public static Tensor Softmax(Tensor input, long dimension) => Invoke(SoftmaxOperator, input, dimension);

    /// <summary>The logarithm of <see cref="Softmax"/>.</summary>
    public static Tensor LogSoftmax(Tensor input, long dimension) => Invoke(LogSoftmaxOperator, input, dimension);

    /// <summary>Logits [N, K, ...] against class indices (Int64) or class probabilities.</summary>
    public static Tensor CrossEntropy(
        Tensor input, Tensor target, double labelSmoothing = 0, Reduction reduction = Reduction.Mean)
        => Invoke(
            CrossEntropyOperator, input, target, default, (long)reduction, /* ignored class */ -100L, labelSmoothing);

    /// <summary>
    /// Cross-entropy as a weighted mean: <paramref name="weights"/> [K] has the weight of each class.
    /// </summary>
    public static Tensor CrossEntropy(Tensor input, Tensor target, Tensor weights)
        => Invoke(CrossEntropyOperator, input, target, weights, (long)Reduction.Mean, -100L, 0.0);
}

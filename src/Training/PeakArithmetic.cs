using Ocs.Torch;

namespace Ocs.Training;

/// <summary>
/// The peak arithmetic rate of the machine: that of a large matrix product or of a wide convolution, whichever is
/// faster. Different libraries compute them.
/// </summary>
internal static class PeakArithmetic
{
    private const int MatrixSize = 2048;
    private const int ImageSize = 32;
    private const int Channels = 256;
    private const int Images = 16;
    private const int Kernel = 3;

    private static readonly TurnPlan Turns = TurnPlan.Exactly(warmUps: 1, turns: 5) with { WarmEachRun = false };

    /// <summary>10^9 operations a second, a multiply-accumulate being two operations.</summary>
    public static double Gigaflops(Precision precision, Device device = default)
    {
        using var _ = Autograd.NoGrad();
        var dtype = precision.Autocast() ?? DType.Float32;
        using var matrix = Filled([MatrixSize, MatrixSize], dtype, device);
        using var images = Filled([Images, Channels, ImageSize, ImageSize], dtype, device);
        using var weight = Filled([Channels, Channels, Kernel, Kernel], dtype, device);
        var product = 2.0 * MatrixSize * MatrixSize * MatrixSize / Seconds(() => Aten.Matmul(matrix, matrix), device);
        var convolution = 2.0 * Images * ImageSize * ImageSize * Channels * Channels * Kernel * Kernel
            / Seconds(() => Aten.Conv2d(images, weight, null, [1, 1], [1, 1], [1, 1]), device);
        return Math.Max(product, convolution) / 1e9;
    }

    private static double Seconds(Func<Tensor> compute, Device device)
    {
        return TurnTimes.Take([Run], Turns, TimeProvider.System).Shortest(0);

        void Run()
        {
            using var _ = compute();
            TorchRuntime.Synchronize(device);
        }
    }

    // Images are channels-last. Numbers are small, so that sums stay finite in every type.
    private static Tensor Filled(ReadOnlySpan<long> shape, DType dtype, Device device)
    {
        using var drawn = Tensor.Full(shape, 1.0 / MatrixSize);
        using var there = drawn.To(device);
        using var typed = there.To(dtype);
        return shape.Length == 4 ? typed.Contiguous(MemoryFormat.ChannelsLast) : typed.Alias();
    }
}

using System.Diagnostics;
using Ocs.Torch;

namespace Ocs.Training;

/// <summary>What the machine can compute at best, as a large matrix product finds it.</summary>
public static class PeakArithmetic
{
    private const int Size = 2048;
    private const int WarmUps = 1;
    private const int Rounds = 5;

    /// <summary>10^9 operations a second of the fastest of some products, a multiply-accumulate being two operations.</summary>
    public static double Gigaflops(Precision precision, Device device = default)
    {
        using var _ = Autograd.NoGrad();
        using var drawn = Tensor.Full([Size, Size], 1.0 / Size);
        using var there = drawn.To(device);
        using var matrix = there.To(precision.Autocast() ?? DType.Float32);
        var shortest = double.PositiveInfinity;
        for (var round = 0; round < WarmUps + Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            using (Aten.Matmul(matrix, matrix))
            {
                TorchRuntime.Synchronize(device);
            }

            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            shortest = round < WarmUps ? shortest : Math.Min(shortest, seconds);
        }

        return 2.0 * Size * Size * Size / shortest / 1e9;
    }
}

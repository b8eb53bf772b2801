using System.Globalization;

namespace Ocs.Torch.Tests;

/// <summary>Tensors of more than 256 KiB lie in a heap of the shim (native/memory.cpp).</summary>
[NoTensorLeaks]
public sealed class LargeBlocksTests
{
    [Fact]
    public void Blocks_never_overlap_whatever_several_threads_take_and_give_back() => Parallel.For(0, 3, thread =>
    {
        var state = (uint)thread;
        int Next(int bound) => (int)(((state = (state * 1664525) + 1013904223) >> 8) % (uint)bound);
        var held = new List<(Tensor Tensor, float Number)>();
        for (var i = 0; i < 400; i++)
        {
            if (held.Count > Next(12))
            {
                var which = Next(held.Count);
                Check(held[which]);
                held[which].Tensor.Dispose();
                held.RemoveAt(which);
            }
            else
            {
                // Below and above the limit; powers of two, and numbers between them.
                var tensor = Tensor.Empty([Next(2) == 0 ? 1 << (14 + Next(6)) : 1 + Next(600_000)]);
                var number = (thread * 1000) + i;
                Aten.FillInPlace(tensor, number);
                held.Add((tensor, number));
            }
        }

        foreach (var each in held)
        {
            Check(each);
            each.Tensor.Dispose();
        }
    });

    [Fact]
    public void More_than_there_is_ends_in_libtorchs_error()
    {
        var error = Assert.Throws<TorchException>(() => Tensor.Empty([1L << 50]));
        Assert.True(error.IsOutOfMemory);
    }

    [Fact]
    public void Freed_memory_is_given_back_and_what_is_held_stays()
    {
        const int Numbers = 1 << 25;
        using var held = Tensor.Full([Numbers / 32], 3);
        Tensor.Full([Numbers], 1).Dispose();
        var before = Resident();
        TorchRuntime.GiveBackMemory();

        Assert.InRange(before - Resident(), Numbers * sizeof(float) * 3L / 4, long.MaxValue);
        using var next = Tensor.Full([Numbers], 2);
        Check((held, 3));
        Check((next, 2));
    }

    private static long Resident() => Environment.SystemPageSize * long.Parse(
        File.ReadAllText("/proc/self/statm").Split(' ')[1], CultureInfo.InvariantCulture);

    private static void Check((Tensor Tensor, float Number) each) =>
        Assert.Equal(-1, each.Tensor.ToArray<float>().AsSpan().IndexOfAnyExcept(each.Number));
}

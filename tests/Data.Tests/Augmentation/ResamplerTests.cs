namespace Ocs.Data.Tests.Augmentation;

/// <summary>
/// What the comparison with Pillow (Parity.Tests) leaves open: mirroring, orders in memory, shrunk images.
/// </summary>
public sealed class ResamplerTests
{
    // Mean 0 and deviation 1/255 give bytes back.
    private static readonly Normalization Bytes = new([0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f]);

    // A row of 1, 3, 5, 7 to two pixels: triangles of half width 2 around 1 and 3. Weights of 1 and 3 are 3/4, of 5
    // 1/4: (0.75 * 1 + 0.75 * 3 + 0.25 * 5) / 1.75 = 2.43, and mirrored 5.57.
    [Fact]
    public void Halving_a_row_weighs_neighbours_by_a_triangle()
    {
        byte[] row = [.. new byte[] { 1, 3, 5, 7 }.SelectMany(value => (byte[])[value, value, value])];
        Assert.Equal([2, 2, 2, 6, 6, 6], Write(row, 4, ResampleAxis.Window(0, 1, 1), ResampleAxis.Window(0, 4, 2)));
    }

    [Fact]
    public void Images_of_any_size_may_be_mirrored_and_have_either_order_in_memory()
    {
        var dice = new Dice(1);
        for (var i = 0; i < 200; i++)
        {
            var (height, width, size) = (1 + dice.Roll(40), 1 + dice.Roll(40), 1 + dice.Roll(20));
            byte[] pixels = [.. Enumerable.Range(0, 3 * height * width).Select(_ => (byte)dice.Roll(256))];
            var (top, left) = (dice.Roll(height), dice.Roll(width));
            var rows = ResampleAxis.Window(top, 1 + dice.Roll(height - top), size);
            var columns = ResampleAxis.Window(left, 1 + dice.Roll(width - left), size);
            var plain = Write(pixels, width, rows, columns);
            var mirrored = Write(pixels, width, rows, columns, mirrored: true);
            var planes = Write(pixels, width, rows, columns, channelsLast: false);
            Assert.All(plain, value => Assert.InRange(value, pixels.Min(), pixels.Max()));
            for (var at = 0; at < plain.Length; at++)
            {
                var (y, x, channel) = (at / 3 / size, at / 3 % size, at % 3);
                Assert.Equal(plain[at], mirrored[(((y * size) + size - 1 - x) * 3) + channel]);
                Assert.Equal(plain[at], planes[(((channel * size) + y) * size) + x]);
            }
        }
    }

    // Blocks of four equal pixels, shrunk to one each: the window is the same, and so are the colours in its middle.
    [Theory]
    [InlineData(0, 32)]
    [InlineData(3, 25)]
    [InlineData(7, 18)]
    public void A_window_of_a_shrunk_image_is_where_it_was(int start, int length)
    {
        byte[] small = [.. Enumerable.Range(0, 3 * 8 * 8).Select(i => (byte)(20 * (i / 3 % 8)))];
        byte[] large = [.. Enumerable.Range(0, 3 * 32 * 32).Select(i => (byte)(20 * (i / 3 % 32 / 4)))];
        var axis = ResampleAxis.Window(start, length, 4);
        var whole = Write(large, 32, axis, axis);
        var shrunk = Write(small, 8, axis.Over(4), axis.Over(4));
        Assert.All(whole.Zip(shrunk), pair => Assert.InRange(pair.Second, pair.First - 6, pair.First + 6));
    }

    [Fact]
    public void Memory_that_is_too_small_is_refused()
    {
        var axis = ResampleAxis.Window(0, 4, 4);
        var resampler = new Resampler(Bytes);
        var pixels = new byte[(3 * 16) + Resampler.Spare];
        Assert.Throws<ArgumentOutOfRangeException>(
            () => resampler.Write(pixels.AsSpan(1), 4, axis, axis, false, new float[48], false));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => resampler.Write(pixels, 4, axis, axis, false, new float[47], false));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => resampler.Write(pixels, 3, axis, axis, false, new float[48], false));
    }

    private static float[] Write(
        byte[] pixels, int width, ResampleAxis rows, ResampleAxis columns, bool mirrored = false,
        bool channelsLast = true)
    {
        var values = new float[3 * rows.Count * columns.Count];
        byte[] padded = [.. pixels, .. new byte[Resampler.Spare]];
        new Resampler(Bytes).Write(padded, width, rows, columns, mirrored, values, channelsLast);
        return Array.ConvertAll(values, MathF.Round);
    }
}

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ocs.Data;

/// <summary>Resizes a window of an image and normalizes it, from bytes to the network's floats.</summary>
/// <remarks>
/// Across, then down, in whole numbers that are rounded to bytes after each, as Pillow does. For one thread at a time.
/// </remarks>
/// <param name="normalization">Of three channels.</param>
internal sealed unsafe class Resampler(Normalization normalization)
{
    /// <summary>Bytes behind an image that are read along with it, whatever they are.</summary>
    public const int Spare = 8;

    private const int Lanes = 8;
    private const int Half = 1 << (ResampleTaps.Bits - 1);

    private readonly float[] _table = normalization.Table();
    private readonly ResampleTaps _across = new();
    private readonly ResampleTaps _down = new();
    private int[] _pairs = [];
    private byte[] _narrow = [];
    private int[] _row = [];

    /// <summary>Writes the pixels that the axes ask for.</summary>
    /// <param name="pixels">[H, W, 3], and <see cref="Spare"/> bytes behind it.</param>
    /// <param name="width">W.</param>
    /// <param name="rows">The axis down; H at most.</param>
    /// <param name="columns">The axis across; W at most.</param>
    /// <param name="mirrored">Left to right.</param>
    /// <param name="destination">[3, rows, columns], or [rows, columns, 3] if <paramref name="channelsLast"/>.</param>
    /// <param name="channelsLast">The order of the destination.</param>
    public void Write(
        ReadOnlySpan<byte> pixels, int width, ResampleAxis rows, ResampleAxis columns, bool mirrored,
        Span<float> destination, bool channelsLast)
    {
        _across.Set(columns, mirrored);
        _down.Set(rows, mirrored: false);
        var top = _down.First[0];
        var bottom = _down.First[rows.Count - 1] + _down.Count;
        ArgumentOutOfRangeException.ThrowIfLessThan(pixels.Length, (3 * width * bottom) + Spare);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns.High, width);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, 3 * rows.Count * columns.Count);
        var stride = ((4 * columns.Count) + Lanes - 1) / Lanes * Lanes;
        var pairs = PairWeights(columns.Count);
        ReusedArray.EnsureLength(ref _narrow, (bottom - top) * stride);
        ReusedArray.EnsureLength(ref _row, stride);
        fixed (byte* source = pixels, narrow = _narrow)
        {
            for (var y = top; y < bottom; y++)
            {
                Across(source + ((long)3 * width * y), narrow + ((long)(y - top) * stride), columns.Count, pairs);
            }

            for (var y = 0; y < rows.Count; y++)
            {
                Down(narrow + ((long)(_down.First[y] - top) * stride), stride, y);
                Store(destination, y, rows.Count, columns.Count, channelsLast);
            }
        }
    }

    // The weights across for two neighbouring pixels at a time, each for red, green, blue and the byte after them.
    private int PairWeights(int outputs)
    {
        var pairs = (_across.Count + 1) / 2;
        ReusedArray.EnsureLength(ref _pairs, outputs * pairs * Lanes);
        for (var x = 0; x < outputs; x++)
        {
            var weights = _across.Weights.Slice(x * _across.Count, _across.Count);
            var target = _pairs.AsSpan(x * pairs * Lanes, pairs * Lanes);
            for (var tap = 0; tap < 2 * pairs; tap++)
            {
                target.Slice(4 * tap, 4).Fill(tap < weights.Length ? weights[tap] : 0);
            }
        }

        return pairs;
    }

    // Red, green, blue and whatever byte follows, for each output; the fourth is carried along and dropped at the end.
    private void Across(byte* source, byte* target, int count, int pairs)
    {
        var spread = Vector128.Create((byte)0, 1, 2, 3, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0);
        var lowest = Vector128.Create((byte)0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        var half = Vector256.Create(Vector128.Create(Half), Vector128<int>.Zero);
        fixed (int* firsts = _across.First, allWeights = _pairs)
        {
            var weights = allWeights;
            for (var x = 0; x < count; x++, target += 4)
            {
                var pixel = source + (3 * firsts[x]);
                var sum = half;
                for (var pair = 0; pair < pairs; pair++, pixel += 6, weights += Lanes)
                {
                    var bytes = Vector128.CreateScalarUnsafe(*(ulong*)pixel).AsByte();
                    sum += Widen(Vector128.ShuffleNative(bytes, spread)) * Vector256.Load(weights);
                }

                var both = (sum.GetLower() + sum.GetUpper()) >> ResampleTaps.Bits;
                *(uint*)target = Vector128.ShuffleNative(both.AsByte(), lowest).AsUInt32().ToScalar();
            }
        }
    }

    private void Down(byte* source, int stride, int output)
    {
        var weights = _down.Weights.Slice(output * _down.Count, _down.Count);
        fixed (int* row = _row)
        {
            for (var x = 0; x < stride; x += Lanes)
            {
                var pixels = source + x;
                var sum = Vector256.Create(Half);
                foreach (var weight in weights)
                {
                    sum += Widen(Vector128.CreateScalarUnsafe(*(ulong*)pixels).AsByte()) * weight;
                    pixels += stride;
                }

                Vector256.Store(sum >> ResampleTaps.Bits, row + x);
            }
        }
    }

    // One row of the result, normalized by a table: to the last bit what torchvision's ToTensor and Normalize give.
    private void Store(Span<float> destination, int y, int rows, int columns, bool channelsLast)
    {
        var (step, plane) = channelsLast ? (3, 1) : (1, rows * columns);
        fixed (float* tables = _table, start = destination[(y * columns * step)..])
        {
            fixed (int* row = _row)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    var table = tables + (256 * channel);
                    var target = start + (channel * plane);
                    var end = row + (4 * columns);
                    for (var value = row + channel; value < end; value += 4, target += step)
                    {
                        *target = table[*value];
                    }
                }
            }
        }
    }

    private static Vector256<int> Widen(Vector128<byte> bytes)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.ConvertToVector256Int32(bytes);
        }

        var words = Vector128.WidenLower(bytes);
        return Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32();
    }
}

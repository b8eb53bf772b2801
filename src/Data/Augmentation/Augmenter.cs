namespace Ocs.Data;

/// <summary>Pads, crops, mirrors and normalizes one image in one pass from bytes to the network's floats.</summary>
/// <remarks>The padding is black: zero before normalization, as in torchvision. For one thread at a time.</remarks>
internal sealed class Augmenter
{
    private readonly int _channels;
    private readonly int _height;
    private readonly int _width;
    private readonly int _padding;
    private readonly bool _flips;
    private readonly float[] _table;
    private readonly float[] _row;

    public Augmenter(ImageDataset dataset, AugmentationOptions options)
    {
        (_channels, _height, _width) = (dataset.Channels, dataset.Height, dataset.Width);
        (_padding, _flips) = (options.CropPadding, options.HorizontalFlip);
        _table = dataset.Normalization.Table();
        _row = new float[_channels * _width];
    }

    /// <summary>
    /// The random choices for an image: where its window starts, and whether it is mirrored; drawn in this order.
    /// </summary>
    public (int Top, int Left, bool Flip) Draw(Rng rng)
    {
        var top = _padding == 0 ? 0 : rng.Next((2 * _padding) + 1);
        var left = _padding == 0 ? 0 : rng.Next((2 * _padding) + 1);
        return (top, left, _flips && rng.NextBool());
    }

    /// <summary>One image with random choices drawn from <paramref name="rng"/>.</summary>
    public void Write(ReadOnlySpan<byte> image, Span<float> destination, bool channelsLast, Rng rng)
    {
        var (top, left, flip) = Draw(rng);
        Write(image, destination, channelsLast, top, left, flip);
    }

    /// <summary>
    /// One image whose window starts at (<paramref name="top"/>, <paramref name="left"/>) of the padded image.
    /// </summary>
    /// <param name="image">[C, H, W].</param>
    /// <param name="destination">[C, H, W], or [H, W, C] if <paramref name="channelsLast"/>.</param>
    /// <param name="channelsLast">The order of the destination.</param>
    /// <param name="top">Row, 0..2 * padding.</param>
    /// <param name="left">Column, 0..2 * padding.</param>
    /// <param name="flip">Mirror left to right after the crop.</param>
    public void Write(
        ReadOnlySpan<byte> image, Span<float> destination, bool channelsLast, int top, int left, bool flip)
    {
        if (!channelsLast || _channels == 1)
        {
            for (var row = 0; row < _channels * _height; row++)
            {
                WriteRow(image, row / _height, row % _height, destination.Slice(row * _width, _width), top, left, flip);
            }

            return;
        }

        for (var y = 0; y < _height; y++)
        {
            for (var channel = 0; channel < _channels; channel++)
            {
                WriteRow(image, channel, y, _row.AsSpan(channel * _width, _width), top, left, flip);
            }

            Interleave(destination.Slice(y * _width * _channels, _width * _channels));
        }
    }

    private void WriteRow(ReadOnlySpan<byte> image, int channel, int y, Span<float> row, int top, int left, bool flip)
    {
        ReadOnlySpan<float> table = _table.AsSpan(channel * 256, 256);
        var black = table[0];
        var sourceY = y + top - _padding;
        if ((uint)sourceY >= (uint)_height)
        {
            row.Fill(black);
            return;
        }

        var shift = left - _padding;
        var first = Math.Max(0, -shift);
        var end = Math.Min(_width, _width - shift);
        if (first >= end)
        {
            row.Fill(black);
            return;
        }

        var start = (((channel * _height) + sourceY) * _width) + first + shift;
        var source = image.Slice(start, end - first);
        var inside = row[first..end];
        for (var x = 0; x < inside.Length; x++)
        {
            inside[x] = table[source[x]];
        }

        row[..first].Fill(black);
        row[end..].Fill(black);
        if (flip)
        {
            row.Reverse();
        }
    }

    private void Interleave(Span<float> destination)
    {
        for (var channel = 0; channel < _channels; channel++)
        {
            ReadOnlySpan<float> row = _row.AsSpan(channel * _width, _width);
            var target = channel;
            foreach (var value in row)
            {
                destination[target] = value;
                target += _channels;
            }
        }
    }
}

namespace Ocs.Data;

/// <summary>Reads, cuts, resizes, changes and normalizes an image, for one thread at a time.</summary>
internal sealed class DetectionImageReader(DetectionDatasetOptions options) : IDisposable
{
    private static readonly Normalization Plain = new([0, 0, 0], [1, 1, 1]);

    private readonly ImageDecoder _decoder = new(options.PixelLimit);
    private readonly Resampler _plain = new(Plain);
    private readonly Resampler _normalizing = new(options.Normalization);
    private byte[] _bytes = [];

    /// <summary>The image that was opened, [H, W, 3], and some bytes behind it.</summary>
    public ReadOnlySpan<byte> Pixels => _decoder.Pixels;

    /// <summary>Decodes a file.</summary>
    /// <exception cref="OcsInputException">It cannot be read.</exception>
    public (int Height, int Width) Open(string path)
    {
        try
        {
            return _decoder.Decode(ImageFile.Read(path, ref _bytes));
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new OcsInputException(
                $"{path} cannot be read ({error.Message.TrimEnd('.')}): replace it, or remove it from the "
                + "annotations.",
                error);
        }
    }

    /// <summary>Writes a part of the image that was opened, [3, size, size].</summary>
    /// <param name="size">Of the image.</param>
    /// <param name="part">The part, in pixels.</param>
    /// <param name="mirrored">Left to right.</param>
    /// <param name="colours">Where changes of colours come from; null for none.</param>
    /// <param name="destination">[3, size, size].</param>
    public void Write(
        (int Height, int Width) size, (int Top, int Left, int Height, int Width) part, bool mirrored, Rng? colours,
        Span<float> destination)
    {
        var rows = ResampleAxis.Window(part.Top, part.Height, options.Size);
        var columns = ResampleAxis.Window(part.Left, part.Width, options.Size);
        var resampler = colours is null ? _normalizing : _plain;
        resampler.Write(_decoder.Pixels, size.Width, rows, columns, mirrored, destination, channelsLast: false);
        if (colours is null)
        {
            return;
        }

        ColourJitter.Apply(destination, options.Augmentation, colours);
        var plane = destination.Length / 3;
        for (var channel = 0; channel < 3; channel++)
        {
            var (mean, deviation) =
                (options.Normalization.Mean[channel], options.Normalization.StandardDeviation[channel]);
            foreach (ref var value in destination.Slice(channel * plane, plane))
            {
                value = (value - mean) / deviation;
            }
        }
    }

    public void Dispose() => _decoder.Dispose();
}

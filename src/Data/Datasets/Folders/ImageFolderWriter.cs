namespace Ocs.Data;

/// <summary>Reads, decodes, cuts out, resizes and normalizes the images of a folder.</summary>
internal sealed class ImageFolderWriter(ImageFolder folder, AugmentationOptions options) : IImageWriter
{
    private const long LongestSide = 1 << 24;

    private readonly ImageDecoder _decoder = new(folder.Options.PixelLimit);
    private readonly Resampler _resampler = new(folder.Normalization);
    private byte[] _bytes = [];

    public bool Write(int index, Span<float> destination, bool channelsLast, Rng rng)
    {
        var position = folder.Position(index);
        var file = folder.Listing.Files[position];
        try
        {
            if (folder.Packed is { } packed)
            {
                var (height, width) = packed.Read(position, ref _bytes);
                var (rows, columns, mirrored) = Frame(height, width, rng);
                _resampler.Write(_bytes, width, rows, columns, mirrored, destination, channelsLast);
            }
            else
            {
                WriteFile(
                    ImageFile.Read(Path.Combine(folder.Listing.Folder, file), ref _bytes),
                    destination,
                    channelsLast,
                    rng);
            }

            return true;
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            folder.BrokenImages.Skip(Path.Combine(folder.Listing.Folder, file), error.Message);
            return false;
        }
    }

    public void Dispose() => _decoder.Dispose();

    private void WriteFile(ReadOnlySpan<byte> file, Span<float> destination, bool channelsLast, Rng rng)
    {
        var (height, width) = _decoder.ReadSize(file);
        var (rows, columns, mirrored) = Frame(height, width, rng);

        // Accuracies are to be those of other programs, so what is measured on is decoded whole.
        var divisor = options.MinCropArea > 0
            ? ImageDecoder.DivisorFor(file, rows.High - rows.Low, columns.High - columns.Low, folder.Options.Size)
            : 1;
        (_, width) = _decoder.Decode(file, divisor);
        _resampler.Write(
            _decoder.Pixels, width, rows.Over(divisor), columns.Over(divisor), mirrored, destination, channelsLast);
    }

    // What of an image becomes the network's input.
    private (ResampleAxis Rows, ResampleAxis Columns, bool Mirrored) Frame(int height, int width, Rng rng)
    {
        var size = folder.Options.Size;
        ResampleAxis rows, columns;
        if (options.MinCropArea > 0)
        {
            var (top, left, tall, wide) = RandomWindow.Draw(height, width, options.MinCropArea, rng);
            rows = ResampleAxis.Window(top, tall, size);
            columns = ResampleAxis.Window(left, wide, size);
        }
        else
        {
            long side = folder.Options.ShorterSide;
            var (tall, wide) = height <= width ? (side, side * width / height) : (side * height / width, side);
            if (Math.Max(tall, wide) > LongestSide)
            {
                throw new InvalidDataException($"{width}x{height} pixels are too long a strip");
            }

            rows = ResampleAxis.Middle(height, (int)tall, size);
            columns = ResampleAxis.Middle(width, (int)wide, size);
        }

        return (rows, columns, options.HorizontalFlip && rng.NextBool());
    }
}

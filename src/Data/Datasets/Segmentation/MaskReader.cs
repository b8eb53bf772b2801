namespace Ocs.Data;

/// <summary>
/// Reads an image and its mask, cuts the same window out of both, and resizes it. For one thread at a time.
/// </summary>
/// <param name="options">Sizes and limits.</param>
/// <param name="normalization">Of the image.</param>
/// <param name="classes">[256]: the class of each value of the mask; int.MinValue where there is none.</param>
internal sealed class MaskReader(MaskFolderOptions options, Normalization normalization, int[] classes)
    : IDisposable
{
    // The units of a window, so that its shape is relative to the image's.
    private const int Units = 1 << 16;

    private readonly ImageDecoder _decoder = new(options.PixelLimit);
    private readonly Resampler _resampler = new(normalization);
    private byte[] _bytes = [];
    private byte[] _values = [];

    /// <summary>Writes the image [3, H, W] and the classes [H, W].</summary>
    /// <exception cref="OcsInputException">A file cannot be read, or the mask does not fit.</exception>
    public void Read(
        string image, string mask, AugmentationOptions? augmentation, Rng? rng, Span<float> pixels, Span<long> labels)
    {
        var (height, width) = Decode(image);
        var (rows, columns, mirrored) = Frame(height, width, augmentation, rng);
        _resampler.Write(_decoder.Pixels, width, rows, columns, mirrored, pixels, channelsLast: false);
        DecodeMask(mask, height, width, image);
        for (var y = 0; y < options.Height; y++)
        {
            var line = _values.AsSpan(Nearest(rows, y) * width, width);
            for (var x = 0; x < options.Width; x++)
            {
                var column = Nearest(columns, mirrored ? options.Width - 1 - x : x);
                labels[(y * options.Width) + x] = classes[line[column]] is var label && label != int.MinValue
                    ? label
                    : throw Unknown(mask, line[column]);
            }
        }
    }

    public void Dispose() => _decoder.Dispose();

    private (ResampleAxis Rows, ResampleAxis Columns, bool Mirrored) Frame(
        int height, int width, AugmentationOptions? augmentation, Rng? rng)
    {
        var (top, left, tall, wide) = (0, 0, height, width);
        if (rng is not null && augmentation is { MinCropArea: > 0 })
        {
            var window = RandomWindow.Draw(Units, Units, augmentation.MinCropArea, rng);
            (tall, wide) = (Share(window.Height, height), Share(window.Width, width));
            (top, left) = (
                Math.Min((int)((long)window.Top * height / Units), height - tall),
                Math.Min((int)((long)window.Left * width / Units), width - wide));
        }

        return (
            ResampleAxis.Window(top, tall, options.Height),
            ResampleAxis.Window(left, wide, options.Width),
            rng is not null && augmentation is { HorizontalFlip: true } && rng.NextBool());
    }

    private static int Share(int units, int length) => Math.Max(1, (int)((long)units * length / Units));

    // The pixel around the centre of an output's stretch, as Pillow's NEAREST.
    private static int Nearest(ResampleAxis axis, int output) =>
        Math.Min((int)(axis.Start + ((output + 0.5) * axis.Length / axis.Outputs)), axis.High - 1);

    private (int Height, int Width) Decode(string file)
    {
        try
        {
            return _decoder.Decode(ImageFile.Read(file, ref _bytes));
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, error);
        }
    }

    private void DecodeMask(string file, int height, int width, string image)
    {
        try
        {
            var bytes = ImageFile.Read(file, ref _bytes);
            var size = _decoder.ReadSize(bytes);
            if (size != (height, width))
            {
                throw new OcsInputException(
                    $"{file} has {size.Width}x{size.Height} pixels, but its image {image} has {width}x{height}: "
                    + "give a mask of the image's size.");
            }

            ReusedArray.EnsureLength(ref _values, height * width);
            PngValues.Decode(bytes, _values.AsSpan(0, height * width), height, width);
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, error);
        }
    }

    private OcsInputException Unknown(string mask, int value) => new(
        $"{mask} has a pixel of value {value}, but there are {classes.Count(label => label >= 0)} classes from 0: "
        + $"name more classes, or leave such pixels out (`{nameof(MaskFolderOptions.IgnoredValue)} = {value}`).");

    private static OcsInputException Unreadable(string file, Exception error) => new(
        $"{file} cannot be read ({error.Message.TrimEnd('.')}): replace or remove the file.", error);
}

using Ocs.Data.Interop;

namespace Ocs.Data;

/// <summary>Decodes JPEG and PNG files to R, G, B bytes, in memory that it uses again.</summary>
/// <remarks>
/// Grey, palettes and CMYK become colours, transparency is dropped, and the orientation that a camera noted is not
/// applied: all as torchvision's ImageFolder reads images. For one thread at a time.
/// </remarks>
/// <param name="pixelLimit">Pixels that an image may have; more are refused before memory is taken.</param>
internal sealed class ImageDecoder(long pixelLimit) : IDisposable
{
    // So that one huge image does not keep its memory for the rest of the run.
    private const int MostKept = 1 << 26;

    private TurboJpegDecoder? _jpeg;
    private byte[] _pixels = [];
    private byte[] _inks = [];

    /// <summary>The last image, [H, W, 3], and behind it <see cref="Resampler.Spare"/> bytes at least.</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>Size of a file's image.</summary>
    /// <exception cref="InvalidDataException">It is no JPEG or PNG, damaged, or has too many pixels.</exception>
    public (int Height, int Width) ReadSize(ReadOnlySpan<byte> file)
    {
        (int height, int width, _) = ReadHeader(file);
        return (long)height * width <= pixelLimit
            ? (height, width)
            : throw new InvalidDataException($"{width}x{height} pixels are more than the limit of {pixelLimit}");
    }

    /// <summary>
    /// Decodes to <see cref="Pixels"/>, a JPEG to 1 / <paramref name="divisor"/> of its height and width, rounded up.
    /// </summary>
    /// <param name="file">The whole file.</param>
    /// <param name="divisor">1, 2, 4 or 8; see <see cref="DivisorFor"/>.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public (int Height, int Width) Decode(ReadOnlySpan<byte> file, int divisor = 1)
    {
        (int height, int width) = ReadSize(file);
        if (IsPng(file))
        {
            Room(ref _pixels, (3L * height * width) + Resampler.Spare);
            Spng.DecodeRgb(file, _pixels.AsSpan(0, 3 * height * width), height, width);
            return (height, width);
        }

        (height, width) = ((height + divisor - 1) / divisor, (width + divisor - 1) / divisor);
        Room(ref _pixels, (3L * height * width) + Resampler.Spare);
        if (ReadHeader(file).IsCmyk)
        {
            Room(ref _inks, 4L * height * width);
            TurboJpeg.Decode(_jpeg!, file, _inks, height, width, isCmyk: true);
            MixInks(_inks.AsSpan(0, 4 * height * width), _pixels);
        }
        else
        {
            TurboJpeg.Decode(_jpeg!, file, _pixels, height, width, isCmyk: false);
        }

        return (height, width);
    }

    /// <summary>How far a file's image may shrink while it is decoded and still cover a target by its window.</summary>
    /// <remarks>
    /// Only halves, quarters and eighths: libjpeg-turbo has fast code for no other scale. A 500x375 JPEG took 0.67 ms
    /// whole, 0.56 ms at 4/8 and 0.52 ms at 2/8, but 0.93 ms at 6/8 and 0.60 ms at 3/8.
    /// </remarks>
    public static int DivisorFor(ReadOnlySpan<byte> file, int windowHeight, int windowWidth, int target)
    {
        int divisor = 1;
        while (divisor < 8 && Math.Min(windowHeight, windowWidth) >= 2 * divisor * target && !IsPng(file))
        {
            divisor *= 2;
        }

        return divisor;
    }

    public void Dispose() => _jpeg?.Dispose();

    private static bool IsPng(ReadOnlySpan<byte> file) =>
        file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']);

    // What a file is, its first bytes tell: ImageNet has a PNG whose name ends in .JPEG.
    private (int Height, int Width, bool IsCmyk) ReadHeader(ReadOnlySpan<byte> file)
    {
        if (IsPng(file))
        {
            (int height, int width) = Spng.ReadSize(file);
            return (height, width, false);
        }

        if (!file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]))
        {
            throw new InvalidDataException("it is neither a JPEG nor a PNG image");
        }

        try
        {
            return TurboJpeg.ReadHeader(_jpeg ??= TurboJpeg.Create(), file);
        }
        catch (InvalidDataException)
        {
            // After a damaged header libjpeg-turbo 2.1 takes the next file for the rest of this one.
            _jpeg!.Dispose();
            _jpeg = null;
            throw;
        }
    }

    // Inks are stored inverted, as Adobe's programs write them; rounded as Pillow does: 255 - k - c (255 - k) / 255.
    private static void MixInks(ReadOnlySpan<byte> inks, Span<byte> pixels)
    {
        for (int i = 0; i < inks.Length / 4; i++)
        {
            int light = inks[(4 * i) + 3];
            for (int channel = 0; channel < 3; channel++)
            {
                int product = ((255 - inks[(4 * i) + channel]) * light) + 128;
                pixels[(3 * i) + channel] = (byte)(light - (((product >> 8) + product) >> 8));
            }
        }
    }

    private static void Room(ref byte[] memory, long length)
    {
        if (memory.Length < length || memory.Length > Math.Max(length, MostKept))
        {
            memory = GC.AllocateUninitializedArray<byte>(checked((int)length));
        }
    }
}

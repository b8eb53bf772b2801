using Ocs.Data.Interop;

namespace Ocs.Data;

/// <summary>Decodes image files to R, G, B bytes, in reused memory.</summary>
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
    /// <exception cref="InvalidDataException">
    /// It is of no format that is read, damaged, or has too many pixels.
    /// </exception>
    public (int Height, int Width) ReadSize(ReadOnlySpan<byte> file)
    {
        var (height, width) = CodecOf(file) switch
        {
            ImageCodec.Jpeg => JpegSize(file),
            ImageCodec.Png => Spng.ReadSize(file),
            ImageCodec.Netpbm => NetpbmImage.ReadSize(file),
            ImageCodec.Tiff => TiffHeader.ReadSize(file),
            var codec => SharpImage.ReadSize(file, codec),
        };
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
        var (height, width) = ReadSize(file);
        var codec = CodecOf(file);
        if (codec == ImageCodec.Jpeg)
        {
            return DecodeJpeg(file, (height + divisor - 1) / divisor, (width + divisor - 1) / divisor);
        }

        EnsureLength(ref _pixels, (3L * height * width) + Resampler.Spare);
        var pixels = _pixels.AsSpan(0, 3 * height * width);
        switch (codec)
        {
            case ImageCodec.Png:
                Spng.DecodeRgb(file, pixels, height, width);
                break;
            case ImageCodec.Netpbm:
                NetpbmImage.DecodeRgb(file, pixels);
                break;
            case ImageCodec.Tiff:
                TiffImage.DecodeRgb(file, pixels);
                break;
            default:
                SharpImage.DecodeRgb(file, codec, pixels, height, width);
                break;
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
        var divisor = 1;
        while (divisor < 8 && Math.Min(windowHeight, windowWidth) >= 2 * divisor * target
            && CodecOf(file) == ImageCodec.Jpeg)
        {
            divisor *= 2;
        }

        return divisor;
    }

    public void Dispose() => _jpeg?.Dispose();

    // The first bytes of a file decide its format: ImageNet has a PNG whose name ends in .JPEG.
    private static ImageCodec CodecOf(ReadOnlySpan<byte> file) => ImageKind.Of(file) switch
    {
        { Codec: not ImageCodec.None } kind => kind.Codec,
        { } kind => throw new InvalidDataException($"{kind.Name} pictures are not read"),
        _ => throw new InvalidDataException("its first bytes are those of no picture"),
    };

    private (int Height, int Width) DecodeJpeg(ReadOnlySpan<byte> file, int height, int width)
    {
        EnsureLength(ref _pixels, (3L * height * width) + Resampler.Spare);
        if (JpegHeader(file).IsCmyk)
        {
            EnsureLength(ref _inks, 4L * height * width);
            TurboJpeg.Decode(_jpeg!, file, _inks, height, width, isCmyk: true);
            MixInks(_inks.AsSpan(0, 4 * height * width), _pixels);
        }
        else
        {
            TurboJpeg.Decode(_jpeg!, file, _pixels, height, width, isCmyk: false);
        }

        return (height, width);
    }

    private (int Height, int Width) JpegSize(ReadOnlySpan<byte> file)
    {
        var (height, width, _) = JpegHeader(file);
        return (height, width);
    }

    private (int Height, int Width, bool IsCmyk) JpegHeader(ReadOnlySpan<byte> file)
    {
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
        for (var i = 0; i < inks.Length / 4; i++)
        {
            int light = inks[(4 * i) + 3];
            for (var channel = 0; channel < 3; channel++)
            {
                var product = ((255 - inks[(4 * i) + channel]) * light) + 128;
                pixels[(3 * i) + channel] = (byte)(light - (((product >> 8) + product) >> 8));
            }
        }
    }

    private static void EnsureLength(ref byte[] memory, long length)
    {
        if (memory.Length < length || memory.Length > Math.Max(length, MostKept))
        {
            memory = GC.AllocateUninitializedArray<byte>(checked((int)length));
        }
    }
}

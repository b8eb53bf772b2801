using System.Buffers.Binary;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.PixelFormats;

namespace Ocs.Data;

/// <summary>Decodes BMP and WebP images and the first frame of GIF images, by ImageSharp.</summary>
internal static unsafe class SharpImage
{
    // Of a BMP file: the length of its header, and where in it the place of the pixels stands.
    private const int BmpHeader = 14;
    private const int BmpPixels = 10;

    private static readonly Configuration Settings =
        new(new BmpConfigurationModule(), new GifConfigurationModule(), new WebpConfigurationModule())
        {
            MaxDegreeOfParallelism = 1,
        };

    /// <summary>What the header says.</summary>
    /// <exception cref="InvalidDataException">The header is damaged.</exception>
    public static (int Height, int Width) ReadSize(ReadOnlySpan<byte> file, ImageCodec codec)
    {
        // The library takes memory for all that stands before the pixels.
        if (codec == ImageCodec.Bmp
            && (file.Length < BmpHeader || BinaryPrimitives.ReadUInt32LittleEndian(file[BmpPixels..]) > file.Length))
        {
            throw new InvalidDataException("its header is damaged");
        }

        return Read(file, stream =>
        {
            var info = ((IImageInfoDetector)DecoderOf(codec)).Identify(Settings, stream, default);
            return info is { Height: > 0, Width: > 0 }
                ? (info.Height, info.Width)
                : throw new InvalidDataException("its header is damaged");
        });
    }

    /// <summary>Decodes to R, G, B bytes, [H, W, 3]; transparency is dropped.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or of a variant that is not read.</exception>
    public static void DecodeRgb(ReadOnlySpan<byte> file, ImageCodec codec, Span<byte> pixels, int height, int width)
    {
        var opaque = codec == ImageCodec.Gif ? GifFrame.WithoutTransparency(file) : null;
        using var image = Read(
            opaque is null ? file : opaque, stream => DecoderOf(codec).Decode<Rgb24>(Settings, stream, default));
        if (image.Height != height || image.Width != width)
        {
            throw new InvalidDataException(
                $"it has {image.Width}x{image.Height} pixels where its header states {width}x{height}");
        }

        image.CopyPixelDataTo(pixels);
    }

    private static IImageDecoder DecoderOf(ImageCodec codec) => codec switch
    {
        ImageCodec.Bmp => new BmpDecoder(),
        ImageCodec.Gif => new GifDecoder { DecodingMode = FrameDecodingMode.First, IgnoreMetadata = true },
        _ => new WebpDecoder { IgnoreMetadata = true },
    };

    private static T Read<T>(ReadOnlySpan<byte> file, Func<Stream, T> read)
    {
        fixed (byte* bytes = file)
        {
            using var stream = new UnmanagedMemoryStream(bytes, file.Length);
            try
            {
                return read(stream);
            }
            catch (Exception error) when (error is not InvalidDataException)
            {
                // Besides exceptions of its own the library lets those of indices and sums through.
                throw new InvalidDataException(
                    error is NotSupportedException ? error.Message.TrimEnd('.') : "it is damaged", error);
            }
        }
    }
}

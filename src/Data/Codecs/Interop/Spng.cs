using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace Ocs.Data.Interop;

/// <summary>libspng 0.7: https://libspng.org/docs.</summary>
internal static unsafe partial class Spng
{
    private const string Library = "libspng.so.0";
    private const int FormatRgb8 = 4;
    private const int FormatStored = 256;
    private const byte ColorGrey = 0;
    private const byte ColorPalette = 3;

    // Bytes that texts and profiles may take, unpacked: a small file may hold gigabytes of zeros.
    private const int MostOther = 1 << 24;

    /// <summary>What the header says.</summary>
    public static (int Height, int Width) ReadSize(ReadOnlySpan<byte> file)
    {
        using var context = Create();
        fixed (byte* source = file)
        {
            Check(SetPngBuffer(context, source, (nuint)file.Length));
            Check(GetHeader(context, out var header));
            return ((int)header.Height, (int)header.Width);
        }
    }

    /// <summary>Decodes to R, G, B bytes, [H, W, 3].</summary>
    public static void DecodeRgb(ReadOnlySpan<byte> file, Span<byte> image, int height, int width)
    {
        using var context = Create();
        fixed (byte* source = file)
        {
            fixed (byte* target = image)
            {
                Check(SetChunkLimits(context, (nuint)file.Length, (nuint)Math.Max(file.Length, MostOther)));
                Check(SetPngBuffer(context, source, (nuint)file.Length));
                Check(GetHeader(context, out var header));
                if (header.Width != width || header.Height != height)
                {
                    throw new InvalidDataException($"it has {header.Width}x{header.Height} pixels");
                }

                Check(DecodeImage(context, target, (nuint)image.Length, FormatRgb8, 0));
            }
        }
    }

    /// <summary>
    /// Decodes palette indices or shades of grey as they are stored, rows of whole bytes; returns the bits of a pixel.
    /// </summary>
    public static int DecodeValues(ReadOnlySpan<byte> file, Span<byte> values, int height, int width)
    {
        using var context = Create();
        fixed (byte* source = file)
        {
            fixed (byte* target = values)
            {
                Check(SetChunkLimits(context, (nuint)file.Length, (nuint)Math.Max(file.Length, MostOther)));
                Check(SetPngBuffer(context, source, (nuint)file.Length));
                Check(GetHeader(context, out var header));
                if (header.BitDepth > 8 || header.ColorType is not (ColorGrey or ColorPalette))
                {
                    throw new InvalidDataException(
                        "its pixels have several values or more than 8 bits; a mask has a palette, or 8 bits of grey");
                }

                var stride = ((width * header.BitDepth) + 7) / 8;
                Check(DecodeImage(context, target, (nuint)(stride * height), FormatStored, 0));
                return header.BitDepth;
            }
        }
    }

    private static SpngContext Create()
    {
        try
        {
            var context = NewContext(0);
            return context.IsInvalid ? throw new InvalidOperationException("libspng is out of memory") : context;
        }
        catch (DllNotFoundException error)
        {
            throw new OcsInputException(
                $"{Library}, which reads PNG images, is missing: install it with `apt-get install libspng0`", error);
        }
    }

    private static void Check(int status)
    {
        if (status != 0)
        {
            throw new InvalidDataException(Marshal.PtrToStringUTF8(Describe(status)));
        }
    }

    [LibraryImport(Library, EntryPoint = "spng_ctx_new")]
    private static partial SpngContext NewContext(int flags);

    [LibraryImport(Library, EntryPoint = "spng_set_png_buffer")]
    private static partial int SetPngBuffer(SpngContext context, byte* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "spng_set_chunk_limits")]
    private static partial int SetChunkLimits(SpngContext context, nuint chunk, nuint all);

    [LibraryImport(Library, EntryPoint = "spng_get_ihdr")]
    private static partial int GetHeader(SpngContext context, out Header header);

    [LibraryImport(Library, EntryPoint = "spng_decode_image")]
    private static partial int DecodeImage(SpngContext context, byte* image, nuint length, int format, int flags);

    [LibraryImport(Library, EntryPoint = "spng_strerror")]
    private static partial nint Describe(int status);

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public uint Width;
        public uint Height;
        public byte BitDepth;
        public byte ColorType;
        public byte CompressionMethod;
        public byte FilterMethod;
        public byte InterlaceMethod;
    }
}

/// <summary>Owns one <c>spng_ctx</c>.</summary>
internal sealed partial class SpngContext() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Free(handle);
        return true;
    }

    [LibraryImport("libspng.so.0", EntryPoint = "spng_ctx_free")]
    private static partial void Free(nint context);
}

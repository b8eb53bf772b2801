using System.Runtime.InteropServices;

namespace Ocs.Data.Interop;

/// <summary>TurboJPEG's C API, version 2: https://libjpeg-turbo.org/Documentation/Documentation.</summary>
internal static unsafe partial class TurboJpeg
{
    private const string Library = "libturbojpeg.so.0";
    private const int FormatRgb = 0; // TJPF_RGB
    private const int FormatCmyk = 11; // TJPF_CMYK
    private const int AccurateDct = 4096; // TJFLAG_ACCURATEDCT
    private const int LimitScans = 32768; // TJFLAG_LIMITSCANS: a small progressive file may ask for days of work
    private const int Warning = 0; // TJERR_WARNING

    public static TurboJpegDecoder Create()
    {
        try
        {
            var decoder = InitDecompress();
            return decoder.IsInvalid ? throw new InvalidOperationException("libjpeg-turbo is out of memory") : decoder;
        }
        catch (DllNotFoundException error)
        {
            throw new OcsInputException(
                $"{Library}, which reads JPEG images, is missing: install it with `apt-get install libturbojpeg0`",
                error);
        }
    }

    /// <summary>Size and colours of a JPEG file.</summary>
    /// <exception cref="InvalidDataException">The header is damaged.</exception>
    public static (int Height, int Width, bool IsCmyk) ReadHeader(TurboJpegDecoder decoder, ReadOnlySpan<byte> file)
    {
        fixed (byte* source = file)
        {
            var status = DecompressHeader(
                decoder, source, (nuint)file.Length, out var width, out var height, out _, out var colours);
            Check(decoder, status);
            return height > 0 && width > 0
                ? (height, width, colours is 3 or 4) // TJCS_CMYK, TJCS_YCCK
                : throw new InvalidDataException("its header is incomplete");
        }
    }

    /// <summary>Decodes to R, G, B or C, M, Y, K bytes, [H, W, 3 or 4].</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="pixels">Takes the bytes of the image.</param>
    /// <param name="height">The file's, or what it is over 2, 4 or 8, rounded up.</param>
    /// <param name="width">Over the same.</param>
    /// <param name="isCmyk">Whether the file's colours are C, M, Y and K.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static void Decode(
        TurboJpegDecoder decoder, ReadOnlySpan<byte> file, Span<byte> pixels, int height, int width, bool isCmyk)
    {
        var (format, samples) = isCmyk ? (FormatCmyk, 4) : (FormatRgb, 3);
        ArgumentOutOfRangeException.ThrowIfLessThan(pixels.Length, checked(height * width * samples));
        fixed (byte* source = file)
        {
            fixed (byte* target = pixels)
            {
                var status = Decompress(
                    decoder, source, (nuint)file.Length, target, width, 0, height, format, AccurateDct | LimitScans);
                Check(decoder, status);
            }
        }
    }

    // A warning comes with a whole image (such as odd bytes between two segments), unless the file ended too soon.
    private static void Check(TurboJpegDecoder decoder, int status)
    {
        if (status != 0)
        {
            var what = Marshal.PtrToStringUTF8(Describe(decoder)) ?? "";
            if (ErrorCode(decoder) != Warning || what.Contains("remature end", StringComparison.Ordinal))
            {
                throw new InvalidDataException(what);
            }
        }
    }

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    private static partial TurboJpegDecoder InitDecompress();

    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    private static partial int DecompressHeader(
        TurboJpegDecoder decoder, byte* file, nuint length, out int width, out int height, out int subsampling,
        out int colours);

    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    private static partial int Decompress(
        TurboJpegDecoder decoder, byte* file, nuint length, byte* pixels, int width, int pitch, int height, int format,
        int flags);

    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    private static partial nint Describe(TurboJpegDecoder decoder);

    [LibraryImport(Library, EntryPoint = "tjGetErrorCode")]
    private static partial int ErrorCode(TurboJpegDecoder decoder);
}

/// <summary>Owns one <c>tjhandle</c>; for one thread at a time.</summary>
internal sealed partial class TurboJpegDecoder() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => Destroy(handle) == 0;

    [LibraryImport("libturbojpeg.so.0", EntryPoint = "tjDestroy")]
    private static partial int Destroy(nint decoder);
}

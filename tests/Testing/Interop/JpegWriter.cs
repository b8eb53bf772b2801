using System.Runtime.InteropServices;

namespace Ocs.Testing;

/// <summary>Writes JPEG files with libjpeg-turbo, for tests and benchmarks.</summary>
public static unsafe partial class JpegWriter
{
    private const string Library = "libturbojpeg.so.0";

    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="pixels">[H, W, 3]; [H, W, 1] for grey, [H, W, 4] for inks.</param>
    /// <param name="quality">1 to 100.</param>
    /// <param name="halved">Whether colour has half the resolution, as cameras store it.</param>
    /// <param name="progressive">Whether the file is in several passes.</param>
    public static byte[] Encode(
        int height, int width, ReadOnlySpan<byte> pixels, int quality = 90, bool halved = true,
        bool progressive = false)
    {
        var samples = pixels.Length / (height * width);
        var format = samples switch { 1 => 6, 3 => 0, _ => 11 }; // TJPF_GRAY, TJPF_RGB, TJPF_CMYK
        var subsampling = samples == 1 ? 3 : halved ? 2 : 0; // TJSAMP_GRAY, TJSAMP_420, TJSAMP_444
        var compressor = InitCompress();
        byte* file = null;
        nuint length = 0;
        try
        {
            fixed (byte* source = pixels)
            {
                var status = Compress(
                    compressor, source, width, 0, height, format, ref file, ref length, subsampling, quality,
                    progressive ? 16384 : 0); // TJFLAG_PROGRESSIVE
                return status == 0
                    ? new ReadOnlySpan<byte>(file, (int)length).ToArray()
                    : throw new InvalidOperationException(Marshal.PtrToStringUTF8(Describe(compressor)));
            }
        }
        finally
        {
            Free(file);
            Destroy(compressor);
        }
    }

    [LibraryImport(Library, EntryPoint = "tjInitCompress")]
    private static partial nint InitCompress();

    [LibraryImport(Library, EntryPoint = "tjCompress2")]
    private static partial int Compress(
        nint compressor, byte* pixels, int width, int pitch, int height, int format, ref byte* file, ref nuint length,
        int subsampling, int quality, int flags);

    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    private static partial nint Describe(nint compressor);

    [LibraryImport(Library, EntryPoint = "tjFree")]
    private static partial void Free(byte* file);

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    private static partial int Destroy(nint compressor);
}

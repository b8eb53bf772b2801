using BitMiracle.LibTiff.Classic;

namespace Ocs.Data;

/// <summary>Decodes the first page of TIFF images, by LibTiff.Net.</summary>
internal static unsafe class TiffImage
{
    /// <summary>Decodes to R, G, B bytes, [H, W, 3]; transparency is dropped.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or compressed in a way that is not read.</exception>
    public static void DecodeRgb(ReadOnlySpan<byte> file, Span<byte> image)
    {
        var (height, width, orientation) = TiffHeader.Read(file);
        var pixels = Read(file, tiff =>
        {
            // Colours are not to be multiplied by their opacity.
            if (tiff.GetField(TiffTag.EXTRASAMPLES) is not null)
            {
                tiff.SetField(TiffTag.EXTRASAMPLES, 1, new[] { (byte)ExtraSample.UNSPECIFIED });
            }

            // It mirrors, but it does not turn; below both are done.
            tiff.SetField(TiffTag.ORIENTATION, Orientation.TOPLEFT);
            var raster = new int[height * width];
            return tiff.ReadRGBAImageOriented(width, height, raster, Orientation.TOPLEFT, stopOnError: true)
                ? raster
                : throw new InvalidDataException("it is damaged, or compressed in a way that is not read");
        });
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var pixel = pixels[(y * width) + x];
                var i = 3 * Shown(y, x, height, width, orientation);
                image[i] = (byte)Tiff.GetR(pixel);
                image[i + 1] = (byte)Tiff.GetG(pixel);
                image[i + 2] = (byte)Tiff.GetB(pixel);
            }
        }
    }

    // Where a pixel is shown: TIFF 6.0, Orientation.
    private static int Shown(int y, int x, int height, int width, int orientation) => orientation switch
    {
        1 => (y * width) + x,
        2 => (y * width) + width - 1 - x,
        3 => ((height - 1 - y) * width) + width - 1 - x,
        4 => ((height - 1 - y) * width) + x,
        5 => (x * height) + y,
        6 => (x * height) + height - 1 - y,
        7 => ((width - 1 - x) * height) + height - 1 - y,
        _ => ((width - 1 - x) * height) + y,
    };

    private static T Read<T>(ReadOnlySpan<byte> file, Func<Tiff, T> read)
    {
        fixed (byte* bytes = file)
        {
            using var stream = new UnmanagedMemoryStream(bytes, file.Length);
            try
            {
                _ = Tiff.SetErrorHandler(Quiet.Handler);
                using var tiff = Tiff.ClientOpen("", "r", stream, new TiffStream());
                return tiff is null ? throw new InvalidDataException("its header is damaged") : read(tiff);
            }
            catch (Exception error) when (error is not InvalidDataException)
            {
                // The library checks less than it indexes: what it meets in a damaged file may be any exception.
                throw new InvalidDataException("it is damaged", error);
            }
        }
    }

    /// <summary>What the library would print.</summary>
    private sealed class Quiet : TiffErrorHandler
    {
        public static Quiet Handler { get; } = new();

        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
        }

        public override void ErrorHandlerExt(
            Tiff tif, object clientData, string method, string format, params object[] args)
        {
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
        }

        public override void WarningHandlerExt(
            Tiff tif, object clientData, string method, string format, params object[] args)
        {
        }
    }
}

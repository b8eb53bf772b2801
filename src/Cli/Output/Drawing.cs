using Ocs.Data;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;

namespace Ocs.Cli.Output;

/// <summary>Draws a network's results into images, [H W] pixels in row-major order.</summary>
internal static class Drawing
{
    // The weight of the image under a mask.
    private const float ImageShare = 0.35f;

    // The thickness of frames as a fraction of the image's shorter side; at least two pixels.
    private const double Thickness = 0.006;

    /// <summary>Blends the colour of each pixel's class into the image; none for a class below 0.</summary>
    public static Rgb24[] Painted(Rgb24[] image, IReadOnlyList<int> classes) =>
    [
        .. image.Zip(classes, (pixel, label) => label < 0 ? pixel : ColourOf(label) is var colour
            ? new Rgb24(Mixed(pixel.R, colour.R), Mixed(pixel.G, colour.G), Mixed(pixel.B, colour.B))
            : pixel),
    ];

    /// <summary>Draws boxes as frames; their coordinates are fractions of the image.</summary>
    public static Rgb24[] Framed(Rgb24[] image, int width, IEnumerable<(int Class, BoundingBox Box)> boxes)
    {
        var painted = image.ToArray();
        var height = image.Length / width;
        var thickness = Math.Max(2, (int)(Thickness * Math.Min(height, width)));
        foreach (var (label, box) in boxes)
        {
            var colour = ColourOf(label);
            var (left, right) = (At(box.Left, width), At(box.Right, width));
            var (top, bottom) = (At(box.Top, height), At(box.Bottom, height));
            for (var y = top; y <= bottom; y++)
            {
                for (var x = left; x <= right; x++)
                {
                    if (y < top + thickness || y > bottom - thickness || x < left + thickness || x > right - thickness)
                    {
                        painted[(y * width) + x] = colour;
                    }
                }
            }
        }

        return painted;

        static int At(double share, int length) => Math.Clamp((int)(share * length), 0, length - 1);
    }

    /// <summary>The colour of a class, six hexadecimal digits.</summary>
    public static string HexOf(int label)
    {
        var colour = ColourOf(label);
        return $"{colour.R:X2}{colour.G:X2}{colour.B:X2}";
    }

    /// <summary>A PNG, base64.</summary>
    public static string Base64Of(Rgb24[] pixels, int height, int width)
    {
        using var stream = new MemoryStream();
        WritePng(stream, pixels, height, width);
        return Convert.ToBase64String(stream.ToArray());
    }

    /// <summary>Writes a PNG.</summary>
    public static void WritePng(Stream stream, Rgb24[] pixels, int height, int width)
    {
        using var image = Image.LoadPixelData<Rgb24>(pixels, width, height);
        image.Save(stream, new PngEncoder());
    }

    private static byte Mixed(byte image, byte colour) =>
        (byte)((ImageShare * image) + ((1 - ImageShare) * colour));

    // Hues differ by the golden ratio of the circle, so that consecutive classes differ; bright and dark alternate.
    private static Rgb24 ColourOf(int label)
    {
        const double GoldenRatio = 0.618033988749895;
        var hue = 6 * (label * GoldenRatio % 1);
        var value = label % 2 == 0 ? 0.95 : 0.65;
        return new(Channel(5), Channel(3), Channel(1));

        byte Channel(double offset)
        {
            var k = (offset + hue) % 6;
            return (byte)(255 * value * (1 - (0.8 * Math.Max(0, Math.Min(Math.Min(k, 4 - k), 1)))));
        }
    }
}

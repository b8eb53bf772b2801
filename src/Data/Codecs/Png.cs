using Ocs.Data.Interop;

namespace Ocs.Data;

/// <summary>Decodes PNG images.</summary>
internal static class Png
{
    /// <summary>
    /// Decodes an image of exactly the given size; grey and palettes become colours, transparency is dropped.
    /// </summary>
    /// <param name="file">The whole file.</param>
    /// <param name="image">[3, H, W].</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <exception cref="InvalidDataException">It is no PNG, damaged, or of another size.</exception>
    public static void DecodeRgb(ReadOnlySpan<byte> file, Span<byte> image, int height, int width)
    {
        var plane = height * width;
        var interleaved = new byte[3 * plane];
        Spng.DecodeRgb(file, interleaved, height, width);
        for (var i = 0; i < plane; i++)
        {
            image[i] = interleaved[3 * i];
            image[plane + i] = interleaved[(3 * i) + 1];
            image[(2 * plane) + i] = interleaved[(3 * i) + 2];
        }
    }
}

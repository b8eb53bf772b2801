using Ocs.Data.Interop;

namespace Ocs.Data;

/// <summary>The values of a PNG's pixels as they are stored: indices into its palette, or shades of grey.</summary>
internal static class PngValues
{
    /// <summary>Decodes to a byte a pixel, [H, W].</summary>
    /// <exception cref="InvalidDataException">It is no PNG, has several values a pixel, or is damaged.</exception>
    public static void Decode(ReadOnlySpan<byte> file, Span<byte> values, int height, int width)
    {
        if (ImageKind.Of(file) is not { Codec: ImageCodec.Png })
        {
            throw new InvalidDataException("a mask is a PNG file, whose values no compression changes");
        }

        var depth = Spng.DecodeValues(file, values, height, width);
        if (depth == 8)
        {
            return;
        }

        // Several pixels to a byte, the first in the highest bits; from the end, so that none is overwritten unread.
        var stride = ((width * depth) + 7) / 8;
        for (var y = height - 1; y >= 0; y--)
        {
            for (var x = width - 1; x >= 0; x--)
            {
                var bit = x * depth;
                var packed = values[(y * stride) + (bit / 8)];
                values[(y * width) + x] = (byte)((packed >> (8 - depth - (bit % 8))) & ((1 << depth) - 1));
            }
        }
    }
}

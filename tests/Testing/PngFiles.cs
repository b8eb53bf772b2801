using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Ocs.Testing;

/// <summary>Writes plain PNG files: https://www.w3.org/TR/png, filter 0 on each line.</summary>
public static class PngFiles
{
    /// <summary>Colours from planes, [3, H, W].</summary>
    public static byte[] Rgb(int height, int width, byte[] planes)
    {
        var plane = height * width;
        List<byte> lines = [];
        for (var y = 0; y < height; y++)
        {
            lines.Add(0);
            for (var x = 0; x < width; x++)
            {
                var at = (y * width) + x;
                lines.AddRange([planes[at], planes[plane + at], planes[(2 * plane) + at]]);
            }
        }

        return File(height, width, 2, [.. lines]);
    }

    /// <summary>Grey pixels, [H, W].</summary>
    public static byte[] Grey(int height, int width, byte[] pixels) =>
        File(height, width, 0, [.. pixels.Chunk(width).SelectMany(line => line.Prepend((byte)0))]);

    /// <summary>Indices into a palette of 2^depth colours, [H, W], so many bits a pixel.</summary>
    public static byte[] Palette(int height, int width, byte[] pixels, byte depth)
    {
        byte[] lines = [.. pixels.Chunk(width).SelectMany(line => Packed(line, depth).Prepend((byte)0))];
        byte[] colours = [.. Enumerable.Range(0, 3 << depth).Select(value => (byte)(255 - value))];
        return File(height, width, 3, lines, depth, colours);
    }

    private static IEnumerable<byte> Packed(byte[] line, int depth) => line.Chunk(8 / depth).Select(few =>
        (byte)few.Select((value, i) => value << (8 - depth - (i * depth))).Sum());

    private static byte[] File(
        int height, int width, byte colorType, byte[] lines, byte depth = 8, byte[]? palette = null)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            zlib.Write(lines);
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (depth, colorType);
        return
        [
            0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10,
            .. Chunk("IHDR", header), .. palette is null ? [] : Chunk("PLTE", palette),
            .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", []),
        ];
    }

    private static byte[] Chunk(string type, byte[] content)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. content];
        var crc = uint.MaxValue;
        foreach (var value in named)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        var ends = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(ends, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(ends.AsSpan(4), ~crc);
        return [.. ends[..4], .. named, .. ends[4..]];
    }
}

using System.Buffers.Binary;

namespace Ocs.Data;

/// <summary>
/// What stands before the pixels of a GIF's first frame: https://www.w3.org/Graphics/GIF/spec-gif89a.txt.
/// </summary>
internal static class GifFrame
{
    private const int ScreenEnd = 13;
    private const int DescriptorLength = 10;
    private const byte Extension = 0x21;
    private const byte GraphicControl = 0xF9;
    private const byte Descriptor = 0x2C;

    /// <summary>
    /// The file with no transparent colour in its first frame; null if it has none. Transparent pixels so keep the
    /// colour that the palette has for them, as when Pillow drops transparency; ImageSharp makes them black.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// The frame is larger than the image, and so would be the memory for it.
    /// </exception>
    public static byte[]? WithoutTransparency(ReadOnlySpan<byte> file)
    {
        byte[]? opaque = null;
        var position = ScreenEnd;
        if (file.Length > ScreenEnd && (file[10] & 0x80) != 0)
        {
            position += 3 << ((file[10] & 7) + 1);
        }

        while (position + 4 < file.Length && file[position] == Extension)
        {
            if (file[position + 1] == GraphicControl && (file[position + 3] & 1) != 0)
            {
                opaque ??= file.ToArray();
                opaque[position + 3] &= 0xFE;
            }

            position += 2;
            while (position < file.Length && file[position] != 0)
            {
                position += 1 + file[position];
            }

            position++;
        }

        if (position + DescriptorLength > file.Length || file[position] != Descriptor)
        {
            throw new InvalidDataException("it has no frame");
        }

        // Left and top, width and height; of the screen, width and height.
        var frame = file[(position + 1)..];
        if (Number(frame) + Number(frame[4..]) > Number(file[6..])
            || Number(frame[2..]) + Number(frame[6..]) > Number(file[8..]))
        {
            throw new InvalidDataException("its first frame is larger than the image");
        }

        return opaque;
    }

    private static int Number(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}

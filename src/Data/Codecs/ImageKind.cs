namespace Ocs.Data;

/// <summary>What reads a format of pictures.</summary>
internal enum ImageCodec
{
    /// <summary>Nothing does.</summary>
    None,
    Jpeg,
    Png,
    Netpbm,
    Tiff,
    Bmp,
    Gif,
    Webp,
}

/// <summary>A format of pictures, known by the first bytes of a file.</summary>
/// <param name="Name">As a message says it.</param>
/// <param name="Codec">What reads it.</param>
internal sealed record ImageKind(string Name, ImageCodec Codec)
{
    /// <summary>Bytes that are enough to know any.</summary>
    public const int Longest = 16;

    private static readonly ImageKind Heif = new("HEIC or AVIF", ImageCodec.None);
    private static readonly ImageKind Netpbm = new("PPM", ImageCodec.Netpbm);

    private static readonly (ImageKind Kind, int Offset, byte[] Bytes)[] Starts =
    [
        (new("JPEG", ImageCodec.Jpeg), 0, [0xFF, 0xD8]),
        (new("PNG", ImageCodec.Png), 0, [0x89, .. "PNG"u8]),
        (new("GIF", ImageCodec.Gif), 0, [.. "GIF8"u8]),
        (new("WebP", ImageCodec.Webp), 8, [.. "WEBP"u8]),
        (new("TIFF", ImageCodec.Tiff), 0, [.. "II*\0"u8]),
        (new("TIFF", ImageCodec.Tiff), 0, [.. "MM\0*"u8]),
        (new("TIFF", ImageCodec.Tiff), 0, [.. "II+\0"u8]),
        (new("TIFF", ImageCodec.Tiff), 0, [.. "MM\0+"u8]),
        (Heif, 4, [.. "ftyphei"u8]),
        (Heif, 4, [.. "ftypavi"u8]),
        (Heif, 4, [.. "ftypmif"u8]),
        (new("JPEG 2000", ImageCodec.None), 4, [.. "jP  "u8]),
        (new("JPEG 2000", ImageCodec.None), 0, [0xFF, 0x4F, 0xFF, 0x51]),
        (new("JPEG XL", ImageCodec.None), 0, [0xFF, 0x0A]),
        (new("JPEG XL", ImageCodec.None), 4, [.. "JXL "u8]),
        (new("Photoshop", ImageCodec.None), 0, [.. "8BPS"u8]),
        (new("BMP", ImageCodec.Bmp), 0, [.. "BM"u8]),
    ];

    /// <summary>The format of a file that begins so, or null.</summary>
    public static ImageKind? Of(ReadOnlySpan<byte> file)
    {
        foreach (var (kind, offset, bytes) in Starts)
        {
            if (file.Length >= offset + bytes.Length && file[offset..].StartsWith(bytes))
            {
                return kind;
            }
        }

        return file is [(byte)'P', >= (byte)'1' and <= (byte)'6', var next, ..] && " \n\r\t#"u8.Contains(next)
            ? Netpbm
            : null;
    }
}

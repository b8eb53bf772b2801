using System.Buffers.Binary;
using System.IO.Compression;

namespace Ocs.Data;

/// <summary>MNIST's array files: 0, 0, element type, rank, the dimensions (big-endian), then the elements.</summary>
/// <remarks>http://yann.lecun.com/exdb/mnist, "the IDX file format".</remarks>
internal static class IdxFile
{
    private const byte UnsignedByte = 0x08;

    /// <summary>The bytes of a file of exactly the given dimensions; a .gz file is unpacked.</summary>
    public static byte[] Read(string path, string advice, params ReadOnlySpan<int> dimensions)
    {
        try
        {
            using var file = InputFile.OpenRead(path);
            using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal)
                ? new GZipStream(file, CompressionMode.Decompress)
                : new BufferedStream(file);
            return Read(stream, path, advice, dimensions);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new OcsInputException($"{path} cannot be read ({error.Message}): {advice}", error);
        }
    }

    private static byte[] Read(Stream stream, string path, string advice, ReadOnlySpan<int> dimensions)
    {
        Span<byte> header = stackalloc byte[4 + (4 * dimensions.Length)];
        var found = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (found < header.Length)
        {
            throw new OcsInputException(
                $"{path} is cut short: expected {header.Length} bytes of header, found {found}: {advice}");
        }

        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        var expected = ((uint)UnsignedByte << 8) | (uint)dimensions.Length;
        if (magic != expected)
        {
            throw new OcsInputException(
                $"{path} is not the idx file it should be: "
                + $"it starts with 0x{magic:x8} instead of 0x{expected:x8}: {advice}");
        }

        var length = 1;
        for (var i = 0; i < dimensions.Length; i++)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + (4 * i))..]);
            if (size != dimensions[i])
            {
                throw new OcsInputException(
                    $"{path}: dimension {i} is {size} where {dimensions[i]} is expected: {advice}");
            }

            length = checked(length * dimensions[i]);
        }

        var elements = new byte[length];
        found = stream.ReadAtLeast(elements, length, throwOnEndOfStream: false);
        if (found < length || stream.ReadByte() >= 0)
        {
            var more = found < length ? $"found {found}" : "found more";
            throw new OcsInputException(
                $"{path} has the wrong length: expected {length} bytes after the header, {more}: {advice}");
        }

        return elements;
    }
}

using System.Buffers.Binary;
using System.Numerics;

namespace Ocs.Reporting.TensorBoard;

/// <summary>
/// TensorFlow's record file. Each record: length (u64), check sum of the length, bytes, check sum of the bytes; all
/// little-endian. A check sum is CRC-32C, rotated right by 15 bits, plus a constant.
/// </summary>
internal static class RecordFile
{
    private const uint MaskDelta = 0xa282ead8;
    private const int Head = 12;
    private const int Foot = 4;

    /// <summary>A record's bytes in the file.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> data)
    {
        var framed = new byte[Head + data.Length + Foot];
        var head = framed.AsSpan(0, Head);
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Checksum(head[..8]));
        data.CopyTo(framed.AsSpan(Head));
        BinaryPrimitives.WriteUInt32LittleEndian(framed.AsSpan(Head + data.Length), Checksum(data));
        return framed;
    }

    /// <summary>The records of a file, up to the first damaged or incomplete one.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Read(ReadOnlyMemory<byte> file)
    {
        while (Next(file.Span) is int length)
        {
            yield return file.Slice(Head, length);
            file = file[(Head + length + Foot)..];
        }
    }

    /// <summary>The masked CRC-32C of some bytes.</summary>
    public static uint Checksum(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return BitOperations.RotateRight(~crc, 15) + MaskDelta;
    }

    // The length of the first record in a span; null if it is incomplete.
    private static int? Next(ReadOnlySpan<byte> file)
    {
        if (file.Length < Head + Foot || BinaryPrimitives.ReadUInt32LittleEndian(file[8..]) != Checksum(file[..8]))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(file);
        if (length > (ulong)(file.Length - Head - Foot))
        {
            return null;
        }

        var data = file.Slice(Head, (int)length);
        return BinaryPrimitives.ReadUInt32LittleEndian(file[(Head + data.Length)..]) == Checksum(data)
            ? data.Length
            : null;
    }
}

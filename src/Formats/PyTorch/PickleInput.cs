using System.Buffers.Binary;
using System.Text;

namespace Ocs.Formats;

/// <summary>The bytes of one pickle after another: no more than the file has, and no more than a limit.</summary>
internal sealed class PickleInput(Stream stream, long available)
{
    /// <summary>Far more than the names and shapes of any network take.</summary>
    public const int HighestLength = 64 << 20;

    private const int LongestLine = 4096;

    private readonly long _limit = Math.Min(available, HighestLength);
    private long _position;

    public byte Byte()
    {
        var value = _position < _limit ? stream.ReadByte() : -1;
        _position++;
        return value >= 0 ? (byte)value : throw Truncated();
    }

    public byte[] Take(long length)
    {
        if (length < 0 || length > _limit - _position)
        {
            throw Truncated();
        }

        var bytes = new byte[length];
        Fill(bytes);
        return bytes;
    }

    public ushort UInt16()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    public int Int32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        Fill(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    public long Int64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        Fill(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    /// <summary>Pickles hold this number alone in big-endian order.</summary>
    public double Double()
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        Fill(bytes);
        return BinaryPrimitives.ReadDoubleBigEndian(bytes);
    }

    public string Text(long length) => Encoding.UTF8.GetString(Take(length));

    /// <summary>Text up to the end of the line, which is left out.</summary>
    public string Line()
    {
        var bytes = new List<byte>();
        for (var value = Byte(); value != '\n'; value = Byte())
        {
            bytes.Add(value);
            if (bytes.Count > LongestLine)
            {
                throw new InvalidDataException($"a line in it is longer than {LongestLine} bytes");
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private void Fill(Span<byte> bytes)
    {
        if (bytes.Length > _limit - _position
            || stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw Truncated();
        }

        _position += bytes.Length;
    }

    private InvalidDataException Truncated() => new(_position >= HighestLength
        ? $"its description of the tensors is longer than {HighestLength >> 20} MiB"
        : "it ends in the middle of a value");
}

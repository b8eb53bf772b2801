using System.Buffers.Binary;
using System.Text;

namespace Ocs.Core.Pickles;

/// <summary>
/// The bytes of one pickle after another: no more than there are, and of a stream no more than a limit.
/// </summary>
internal sealed class PickleInput
{
    /// <summary>Far more than the names and shapes of any network take.</summary>
    public const int HighestLength = 64 << 20;

    private const int LongestLine = 4096;

    private readonly Stream? _stream;
    private readonly ReadOnlyMemory<byte> _content;
    private readonly long _limit;
    private long _position;

    /// <summary>Reads from a file; each value is a copy.</summary>
    /// <param name="stream">Where the pickle begins.</param>
    /// <param name="available">Bytes of it that may be read.</param>
    public PickleInput(Stream stream, long available) =>
        (_stream, _limit) = (stream, Math.Min(available, HighestLength));

    /// <summary>Reads from memory, as long as it is; bytes refer to it and are not copied.</summary>
    public PickleInput(ReadOnlyMemory<byte> content) => (_content, _limit) = (content, content.Length);

    public byte Byte()
    {
        var value = _position >= _limit ? -1 : _stream?.ReadByte() ?? _content.Span[(int)_position];
        _position++;
        return value >= 0 ? (byte)value : throw Truncated();
    }

    public ReadOnlyMemory<byte> Take(long length)
    {
        if (length < 0 || length > _limit - _position)
        {
            throw Truncated();
        }

        if (_stream is null)
        {
            _position += length;
            return _content.Slice((int)(_position - length), (int)length);
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

    public string Text(long length) => Encoding.UTF8.GetString(Take(length).Span);

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
        if (bytes.Length > _limit - _position)
        {
            throw Truncated();
        }

        if (_stream is null)
        {
            _content.Span.Slice((int)_position, bytes.Length).CopyTo(bytes);
        }
        else if (_stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw Truncated();
        }

        _position += bytes.Length;
    }

    private InvalidDataException Truncated() => new(
        _stream is null ? $"it ends at byte {_limit} in the middle of a value"
        : _position >= HighestLength ? $"its pickle is longer than {HighestLength >> 20} MiB"
        : "it ends in the middle of a value");
}

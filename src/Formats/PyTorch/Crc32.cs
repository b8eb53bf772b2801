namespace Ocs.Formats;

/// <summary>The check sum of zip archives: CRC-32 of ISO 3309, polynomial 0xEDB88320 in reflected order.</summary>
internal sealed class Crc32
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(EntryOf)];

    private uint _state = uint.MaxValue;

    public uint Value => ~_state;

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            _state = Table[(byte)(_state ^ value)] ^ (_state >> 8);
        }

        Length += bytes.Length;
    }

    private static uint EntryOf(int value)
    {
        var entry = (uint)value;
        for (var bit = 0; bit < 8; bit++)
        {
            entry = (entry & 1) == 0 ? entry >> 1 : (entry >> 1) ^ 0xEDB88320;
        }

        return entry;
    }
}

using System.Buffers.Binary;
using System.Text;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>
/// Writes the zip archive that PyTorch reads: entries stored as they are, the data of each at a multiple of 64 bytes, which
/// an extra field of zeros in front of it sees to.
/// </summary>
internal sealed class TorchZipWriter(Stream stream)
{
    private const string Folder = "archive/";
    private const int Alignment = 64;
    private const int LocalLength = 30;
    private const int CentralLength = 46;
    private const int EndLength = 22;
    private const int ExtraLength = 4;
    private const ushort ExtraId = 0x4246;
    private const ushort FirstDay = (1 << 5) | 1;

    private delegate void Content(Action<ReadOnlySpan<byte>> write);

    private readonly List<Entry> _entries = [];

    private sealed record Entry(byte[] Name, uint Crc, uint Length, uint Offset);

    public void Add(string name, ReadOnlySpan<byte> bytes)
    {
        var content = bytes.ToArray();
        Add(name, write => write(content));
    }

    /// <summary>Adds a tensor's elements, row-major.</summary>
    public void Add(string name, Tensor tensor) => Add(name, write => TensorBytes.Write(tensor, write));

    /// <summary>Writes the table of entries, with which the archive ends.</summary>
    public void Finish()
    {
        var start = Offset();
        Span<byte> header = stackalloc byte[CentralLength];
        header.Clear();
        foreach (var entry in _entries)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header, 0x02014b50);
            BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 20);
            Describe(header[6..], entry);
            BinaryPrimitives.WriteUInt32LittleEndian(header[42..], entry.Offset);
            stream.Write(header);
            stream.Write(entry.Name);
        }

        Span<byte> end = stackalloc byte[EndLength];
        end.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054b50);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], Small(_entries.Count));
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], Small(_entries.Count));
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], Offset() - start);
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], start);
        stream.Write(end);
    }

    private void Add(string name, Content content)
    {
        var crc = new Crc32();
        content(crc.Append);
        var entry = new Entry(Encoding.UTF8.GetBytes(Folder + name), crc.Value, Fit(crc.Length), Offset());
        WriteHeader(entry);
        content(stream.Write);
        _entries.Add(entry);
    }

    private void WriteHeader(Entry entry)
    {
        var unaligned = stream.Position + LocalLength + entry.Name.Length + ExtraLength;
        var padding = (int)((Alignment - unaligned % Alignment) % Alignment);
        Span<byte> header = stackalloc byte[LocalLength];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x04034b50);
        Describe(header[4..], entry);
        BinaryPrimitives.WriteUInt16LittleEndian(header[28..], Small(ExtraLength + padding));
        stream.Write(header);
        stream.Write(entry.Name);
        Span<byte> extra = stackalloc byte[ExtraLength + padding];
        extra.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(extra, ExtraId);
        BinaryPrimitives.WriteUInt16LittleEndian(extra[2..], Small(padding));
        stream.Write(extra);
    }

    // What both headers of an entry begin with: version 2.0, stored, 1 January 1980, sum, lengths.
    private static void Describe(Span<byte> header, Entry entry)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(header, 20);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], FirstDay);
        BinaryPrimitives.WriteUInt32LittleEndian(header[10..], entry.Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(header[14..], entry.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[18..], entry.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], Small(entry.Name.Length));
    }

    private uint Offset() => Fit(stream.Position);

    private static uint Fit(long length) => length <= uint.MaxValue ? (uint)length : throw TooLarge();

    private static ushort Small(int number) => number <= ushort.MaxValue ? (ushort)number : throw TooLarge();

    private static OcsInputException TooLarge() =>
        new("A .pth file is written up to 4 GiB and 65,535 tensors, which these weights exceed; write .safetensors instead.");
}

using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Ocs.Formats.Tests.PyTorch;

/// <summary>Writes pickles operation by operation, right or wrong, and the files of PyTorch around them.</summary>
internal sealed class PickleBytes
{
    private readonly List<byte> _bytes = [0x80, 2];

    /// <summary>A dictionary of one tensor.</summary>
    public static byte[] StateDict(string name, Action<PickleBytes> value)
    {
        var pickle = new PickleBytes().Op("}(").Text(name);
        value(pickle);
        return pickle.Op("u.").ToArray();
    }

    public PickleBytes Op(string operations) => Op([.. operations.Select(operation => (byte)operation)]);

    public PickleBytes Op(params ReadOnlySpan<byte> operations)
    {
        _bytes.AddRange(operations);
        return this;
    }

    public PickleBytes Text(string text) =>
        Op("X").Int32(Encoding.UTF8.GetByteCount(text)).Op(Encoding.UTF8.GetBytes(text));

    public PickleBytes Number(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Op(0x8a, 8).Op(bytes);
    }

    public PickleBytes Numbers(params long[] numbers)
    {
        Op("(");
        Array.ForEach(numbers, number => Number(number));
        return Op("t");
    }

    public PickleBytes Global(string module, string name) => Op($"c{module}\n{name}\n");

    /// <summary>A reference to a storage, as old files have it or as new ones do.</summary>
    public PickleBytes Storage(string key, long count, string type = "FloatStorage", bool old = false) =>
        Op("(").Text("storage").Global("torch", type).Text(key).Text("cpu").Number(count).Op(old ? "NtQ" : "tQ");

    public PickleBytes Tensor(string key, long count, long offset, long[] shape, long[] strides,
        string type = "FloatStorage", bool old = false) =>
        Global("torch._utils", "_rebuild_tensor_v2")
            .Op("(").Storage(key, count, type, old).Number(offset).Numbers(shape).Numbers(strides)
            .Op(0x89).Op("}tR");

    public byte[] ToArray() => [.. _bytes];

    public static byte[] Zip(byte[] pickle, CompressionLevel level, params (string Name, byte[] Data)[] entries)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, data) in entries.Prepend(("data.pkl", pickle)))
            {
                using var stream = zip.CreateEntry($"net/{name}", level).Open();
                stream.Write(data);
            }
        }

        return file.ToArray();
    }

    public static byte[] Zip(byte[] pickle, params (string Name, byte[] Data)[] entries) =>
        Zip(pickle, CompressionLevel.NoCompression, entries);

    /// <summary>A file before PyTorch 1.6, with storages of 32-bit floats.</summary>
    public static byte[] Legacy(byte[] pickle, params (string Key, byte[] Data)[] storages)
    {
        var keys = new PickleBytes().Op("](");
        var data = new List<byte>();
        Span<byte> count = stackalloc byte[sizeof(long)];
        foreach (var (key, bytes) in storages)
        {
            keys.Text(key);
            BinaryPrimitives.WriteInt64LittleEndian(count, bytes.Length / sizeof(float));
            data.AddRange(count);
            data.AddRange(bytes);
        }

        return
        [
            0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.',
            0x80, 2, (byte)'M', 0xe9, 3, (byte)'.',
            .. new PickleBytes().Op("}(").Text("little_endian").Op(0x88).Op("u.").ToArray(),
            .. pickle,
            .. keys.Op("e.").ToArray(),
            .. data,
        ];
    }

    public static byte[] Floats(params float[] values) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private PickleBytes Int32(int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return Op(bytes);
    }
}

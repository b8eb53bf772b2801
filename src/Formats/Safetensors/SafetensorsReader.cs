using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>Reads one safetensors file. The whole header is checked before memory is allocated for a tensor.</summary>
internal sealed class SafetensorsReader(string path, FileStream stream)
{
    // The format's own limit.
    private const int HighestHeaderLength = 100_000_000;
    private const string Remedy = "get the file again";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private sealed record Entry(string Name, DType DType, long[] Shape, long Begin, long End);

    public IReadOnlyDictionary<string, Tensor> Read()
    {
        var headerLength = ReadLength();
        var json = new byte[headerLength];
        stream.ReadExactly(json);
        var dataStart = SafetensorsFile.LengthSize + headerLength;
        var entries = Parse(json);
        CheckLayout(entries, stream.Length - dataStart);
        return ReadTensors(entries);
    }

    private OcsInputException Error(string what, Exception? inner = null) => new($"{path} {what}: {Remedy}.", inner!);

    private int ReadLength()
    {
        Span<byte> bytes = stackalloc byte[SafetensorsFile.LengthSize];
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw Error($"has only {stream.Length} bytes and is not a safetensors file");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return length <= HighestHeaderLength && (long)length <= stream.Length - SafetensorsFile.LengthSize
            ? (int)length
            : throw Error($"states a header of {length} bytes, which a safetensors file of {stream.Length} "
                + "bytes cannot hold");
    }

    private List<Entry> Parse(byte[] json)
    {
        if (json.Length == 0 || json[0] != (byte)'{')
        {
            throw Error("is not a safetensors file, for its header does not begin with '{'");
        }

        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            var entries = new List<Entry>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == SafetensorsFile.MetadataName)
                {
                    CheckMetadata(property.Value);
                }
                else
                {
                    entries.Add(ParseEntry(property.Name, property.Value));
                }
            }

            return entries;
        }
        catch (Exception error)
            when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Error("has an invalid safetensors header "
                + $"({error.Message.Split('\n')[0].TrimEnd('.')})", error);
        }
    }

    private void CheckMetadata(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object
            || metadata.EnumerateObject().Any(pair => pair.Value.ValueKind != JsonValueKind.String))
        {
            throw Error($"has a '{SafetensorsFile.MetadataName}' that is not a map of strings");
        }
    }

    private Entry ParseEntry(string name, JsonElement entry)
    {
        var typeName = entry.GetProperty("dtype").GetString() ?? "";
        var dtype = SafetensorsTypes.Find(typeName)
            ?? throw Error($"holds '{name}' as {typeName}, an unsupported type");
        long[] shape = [.. entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
        long[] offsets = [.. entry.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64())];
        return offsets.Length == 2
            ? new(name, dtype, shape, offsets[0], offsets[1])
            : throw Error($"gives '{name}' {offsets.Length} data_offsets instead of 2");
    }

    // Sorted by offset, each tensor must begin where the previous one ends: no overlap, no gap, nothing outside the
    // file.
    private void CheckLayout(List<Entry> entries, long dataLength)
    {
        entries.Sort((left, right) => (left.Begin, left.End).CompareTo((right.Begin, right.End)));
        var end = 0L;
        foreach (var entry in entries)
        {
            if (TensorBytes.LengthOf(entry.DType, entry.Shape) is not { } length)
            {
                throw Error($"gives '{entry.Name}' the shape [{string.Join(", ", entry.Shape)}], which no tensor has");
            }

            var fits = entry.Begin == end && entry.End >= end && entry.End - end == length && entry.End <= dataLength;
            if (!fits)
            {
                throw Error($"places '{entry.Name}' at bytes {entry.Begin} to {entry.End} of {dataLength}, but "
                    + $"its {length} bytes must begin at {end}");
            }

            end = entry.End;
        }

        if (end != dataLength)
        {
            throw Error($"has {dataLength} bytes of data, but its header describes {end}");
        }
    }

    private Dictionary<string, Tensor> ReadTensors(List<Entry> entries)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var entry in entries)
            {
                var tensor = TensorBytes.Read(stream, entry.DType, entry.Shape);
                tensors.Add(entry.Name, tensor);
                if (entry.DType == DType.Bool && HasStrayBits(tensor))
                {
                    throw Error($"holds '{entry.Name}' as BOOL with bytes that are neither 0 nor 1");
                }
            }

            return tensors;
        }
        catch
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }
    }

    private static bool HasStrayBits(Tensor tensor) =>
        MemoryMarshal.AsBytes(tensor.AsSpan<bool>()).ContainsAnyExceptInRange((byte)0, (byte)1);
}

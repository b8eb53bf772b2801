using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>
/// Named tensors in the safetensors format (https://github.com/huggingface/safetensors): the header's length, a JSON
/// header, raw data.
/// </summary>
public static class SafetensorsFile
{
    internal const int LengthSize = 8;
    internal const string MetadataName = "__metadata__";

    /// <summary>Writes every parameter and buffer under its own name; counters are 64-bit integer scalars.</summary>
    public static void Write(
        string path, ParameterTable parameters, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(path, [.. parameters.Names.Select(name => KeyValuePair.Create(name, parameters[name]))], metadata);

    /// <summary>Writes tensors. An existing file is replaced only when the new one is complete.</summary>
    public static void Write(
        string path,
        IReadOnlyCollection<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = Ordered(tensors);
        WholeFile.Write(path, stream => Write(ordered, metadata, includeLast: true, stream.Write));
    }

    /// <summary>Reads the tensors of a file by name, on the CPU. The caller owns them.</summary>
    public static IReadOnlyDictionary<string, Tensor> Read(string path) =>
        WholeFile.Read(path, stream => new SafetensorsReader(path, stream).Read());

    // Sorts wider elements first, so that each tensor is aligned to its element size without gaps.
    internal static List<KeyValuePair<string, Tensor>> Ordered(
        IReadOnlyCollection<KeyValuePair<string, Tensor>> tensors) =>
        [.. tensors.OrderByDescending(pair => TensorBytes.SizeOf(pair.Value.DType))];

    /// <summary>Writes the bytes of a file, optionally without the data of its last tensor.</summary>
    internal static void Write(
        List<KeyValuePair<string, Tensor>> ordered, IReadOnlyDictionary<string, string>? metadata, bool includeLast,
        Action<ReadOnlySpan<byte>> write)
    {
        var header = Header(ordered, metadata);
        Span<byte> length = stackalloc byte[LengthSize];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        write(length);
        write(header);
        foreach (var (_, tensor) in ordered.Take(includeLast ? ordered.Count : ordered.Count - 1))
        {
            TensorBytes.Write(tensor, write);
        }
    }

    private static byte[] Header(
        List<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataName);
                foreach (var (key, value) in metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            var offset = 0L;
            foreach (var (name, tensor) in tensors)
            {
                var end = offset + tensor.ElementCount * TensorBytes.SizeOf(tensor.DType);
                json.WriteStartObject(name);
                json.WriteString("dtype", SafetensorsTypes.NameOf(tensor.DType));
                WriteNumbers(json, "shape", tensor.Shape);
                WriteNumbers(json, "data_offsets", [offset, end]);
                json.WriteEndObject();
                offset = end;
            }

            json.WriteEndObject();
        }

        var padding = (LengthSize - (int)(buffer.Length % LengthSize)) % LengthSize;
        buffer.Write(Encoding.ASCII.GetBytes(new string(' ', padding)));
        return buffer.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}

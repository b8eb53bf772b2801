using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>Reads one .ocs file. Stated lengths are checked against the file before memory is allocated.</summary>
internal sealed class OcsReader(string path, Stream stream)
{
    private const int HighestHeaderLength = 256 << 20;
    private const string Remedy = "copy it again, or write it again with `OcsFile.Write`";

    public Network Read()
    {
        var headerLength = ReadPrefix();
        CheckHash();
        var json = new byte[headerLength];
        stream.Position = OcsFile.PrefixLength;
        stream.ReadExactly(json);
        var header = Parse(json);
        CheckGraph(header.Graph);
        var dataStart = OcsFile.Align(OcsFile.PrefixLength + headerLength);
        CheckLayout(header, dataStart);
        return new(OlderNetworks.WithFunctions(header.Graph), ReadParameters(header, dataStart), header.Record);
    }

    private OcsInputException Error(string what, Exception? inner = null) => new($"{path} {what}.", inner!);

    private int ReadPrefix()
    {
        Span<byte> prefix = stackalloc byte[OcsFile.PrefixLength];
        stream.Position = 0;
        var count = stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false);
        if (count < OcsFile.Magic.Length || !prefix.StartsWith(OcsFile.Magic))
        {
            throw Error("is not an .ocs file: give one that `OcsFile` wrote");
        }

        if (count < prefix.Length || stream.Length < prefix.Length + SHA256.HashSizeInBytes)
        {
            throw Error($"ends after {stream.Length} bytes: {Remedy}");
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]);
        if (version != OcsFile.Version)
        {
            throw Error($"has version {version} of the .ocs layout, but this program reads version "
                + $"{OcsFile.Version}: update the program");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix[12..]);
        var highest = Math.Min(HighestHeaderLength, stream.Length - OcsFile.PrefixLength - SHA256.HashSizeInBytes);
        return length <= (ulong)highest
            ? (int)length
            : throw Error($"states a header of {length} bytes, which a file of {stream.Length} bytes cannot "
                + $"hold: {Remedy}");
    }

    private void CheckHash()
    {
        if (!CheckSum.IsRight(stream))
        {
            throw Error($"does not match its check sum, so it is damaged: {Remedy}");
        }
    }

    private OcsHeader Parse(byte[] json)
    {
        try
        {
            var header = JsonSerializer.Deserialize(json, GraphJson.Of<OcsHeader>());
            return header is not null && IsWhole(header) ? header : throw Error($"has an incomplete header: {Remedy}");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException)
        {
            var unknown = GraphJson.UnknownOperator(json, "graph");
            throw Error(unknown ?? $"has a header that is not a network ({FirstLine(error)}): {Remedy}", error);
        }
    }

    // The serializer does not check null annotations of elements.
    private static bool IsWhole(OcsHeader header) => IsWhole(header.Graph)
        && header.Tensors.All(tensor => tensor is not null)
        && (header.Record is null || header.Record.Groups.All(group => group is not null));

    internal static bool IsWhole(Graph graph) =>
        graph.Nodes.All(node => node is not null && node.Parameters.All(name => name is not null))
        && graph.Parameters.All(spec => spec is not null);

    private void CheckGraph(Graph graph)
    {
        try
        {
            GraphVerifier.Verify(graph);
        }
        catch (OcsInputException error)
        {
            throw Error($"holds an invalid network ({error.Message.TrimEnd('.')}): {Remedy}", error);
        }
        catch (Exception error) when (error is ArithmeticException or IndexOutOfRangeException or ArgumentException)
        {
            throw Error($"holds a network with invalid attributes ({FirstLine(error)}): {Remedy}", error);
        }
    }

    private void CheckLayout(OcsHeader header, long dataStart)
    {
        var parameters = header.Graph.Parameters;
        var names = parameters.Select(spec => spec.Name);
        if (!header.Tensors.Select(tensor => tensor.Name).SequenceEqual(names, StringComparer.Ordinal))
        {
            throw Error($"does not list its network's parameters as tensors, one by one: {Remedy}");
        }

        var end = 0L;
        for (var index = 0; index < parameters.Length; index++)
        {
            var (spec, tensor) = (parameters[index], header.Tensors[index]);
            if (!Fits(spec, tensor.DType) || !tensor.Shape.SequenceEqual(spec.Shape))
            {
                throw Error($"holds '{spec.Name}' as {tensor.DType} {NodeShapes.Show(tensor.Shape)}, but its "
                    + $"network needs {spec.Role} {NodeShapes.Show(spec.Shape)}: {Remedy}");
            }

            if (tensor.Offset != OcsFile.Align(end)
                || tensor.Length != TensorBytes.LengthOf(tensor.DType, tensor.Shape)
                || tensor.Length > stream.Length)
            {
                throw Error($"states a wrong place for '{spec.Name}' "
                    + $"(offset {tensor.Offset}, {tensor.Length} bytes): {Remedy}");
            }

            end = tensor.Offset + tensor.Length;
        }

        var expected = dataStart + end + SHA256.HashSizeInBytes;
        if (stream.Length != expected)
        {
            throw Error($"has {stream.Length} bytes, but its tensors end at {expected}: {Remedy}");
        }
    }

    private static bool Fits(ParameterSpec spec, DType dtype) => spec.Role == ParameterRole.Counter
        ? dtype == DType.Int64
        : dtype is DType.Float32 or DType.Float64 or DType.Float16 or DType.BFloat16;

    private ParameterTable ReadParameters(OcsHeader header, long dataStart)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var tensor in header.Tensors)
            {
                stream.Position = dataStart + tensor.Offset;
                tensors.Add(tensor.Name, TensorBytes.Read(stream, tensor.DType, tensor.Shape.AsSpan()));
            }

            return ParameterTable.FromTensors(header.Graph, tensors);
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

    private static string FirstLine(Exception error) => error.Message.Split('\n')[0].TrimEnd('.');
}

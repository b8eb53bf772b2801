using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Ocs.Graphs;

namespace Ocs.Formats;

/// <summary>
/// The .ocs format: graph, weights and pruning record in one file, readable without the code that built the network.
/// See docs/formats.md for the layout.
/// </summary>
public static class OcsFile
{
    internal const uint Version = 1;
    internal const int PrefixLength = 20;
    internal const int Alignment = 64;

    internal static ReadOnlySpan<byte> Magic => "OCSMODEL"u8;

    /// <summary>Writes a network. An existing file is replaced only when the new one is complete.</summary>
    /// <exception cref="OcsInputException">The file cannot be written.</exception>
    public static void Write(string path, Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        Write(path, network.Graph, network.Parameters, network.Record);
    }

    /// <summary>Writes a network to a stream.</summary>
    public static void Write(Stream stream, Network network)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(network);
        Write(stream, network.Graph, network.Parameters, network.Record);
    }

    /// <summary>Writes a network. The caller keeps the parameters.</summary>
    internal static void Write(string path, Graph graph, ParameterTable parameters, PruningRecord? record = null) =>
        WholeFile.Write(path, stream => Write(stream, graph, parameters, record));

    /// <summary>
    /// Writes the network to a temporary file and reads it back, on the same device. The caller owns the result.
    /// </summary>
    internal static (Graph Graph, ParameterTable Parameters) SaveAndReload(Graph graph, ParameterTable parameters)
    {
        var device = parameters[parameters.Names[0]].Device;
        using var file = MemoryFile.Open();
        Write(file, graph, parameters);
        using var network = Read(file, "The saved network");
        return (network.Graph, network.Parameters.To(device));
    }

    private static void Write(Stream stream, Graph graph, ParameterTable parameters, PruningRecord? record = null)
    {
        var tensors = Layout(graph, parameters);
        GraphJson.RequireNames(graph);
        var header = JsonSerializer.SerializeToUtf8Bytes(new(graph, record, tensors), GraphJson.Of<OcsHeader>());
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var written = 0L;
        void Append(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            stream.Write(bytes);
            written += bytes.Length;
        }

        Span<byte> zeros = stackalloc byte[Alignment];
        zeros.Clear();
        Append(Prefix(header.Length));
        Append(header);
        Append(zeros[..(int)(Align(written) - written)]);
        var dataStart = written;
        foreach (var tensor in tensors)
        {
            Append(zeros[..(int)(dataStart + tensor.Offset - written)]);
            TensorBytes.Write(parameters[tensor.Name], Append);
        }

        stream.Write(hash.GetHashAndReset());
    }

    /// <summary>Reads a network with its pruning record. The caller owns it.</summary>
    /// <exception cref="OcsInputException">The file is missing, damaged, or not an .ocs file.</exception>
    public static Network Read(string path) => WholeFile.Read(path, stream => new OcsReader(path, stream).Read());

    /// <summary>Reads a network from a seekable stream; <paramref name="name"/> names it in errors.</summary>
    public static Network Read(Stream stream, string name) => new OcsReader(name, stream).Read();

    /// <summary>Whether a file begins with the magic bytes of .ocs files.</summary>
    internal static bool IsOcsFile(string path) => File.Exists(path) && WholeFile.Read(path, stream =>
    {
        Span<byte> start = stackalloc byte[Magic.Length];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && start.SequenceEqual(Magic);
    });

    internal static long Align(long position) => (position + Alignment - 1) / Alignment * Alignment;

    private static byte[] Prefix(int headerLength)
    {
        var prefix = new byte[PrefixLength];
        Magic.CopyTo(prefix);
        BinaryPrimitives.WriteUInt32LittleEndian(prefix.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt64LittleEndian(prefix.AsSpan(12), (ulong)headerLength);
        return prefix;
    }

    private static ImmutableArray<OcsTensor> Layout(Graph graph, ParameterTable parameters)
    {
        var tensors = ImmutableArray.CreateBuilder<OcsTensor>(graph.Parameters.Length);
        var offset = 0L;
        foreach (var spec in graph.Parameters)
        {
            var tensor = parameters[spec.Name];
            if (!tensor.Shape.SequenceEqual(spec.Shape.AsSpan()))
            {
                throw new ArgumentException($"Parameter '{spec.Name}' is not of the graph's shape "
                    + $"{NodeShapes.Show(spec.Shape)}.", nameof(parameters));
            }

            var length = tensor.ElementCount * TensorBytes.SizeOf(tensor.DType);
            offset = Align(offset);
            tensors.Add(new(spec.Name, tensor.DType, spec.Shape, offset, length));
            offset += length;
        }

        return tensors.ToImmutable();
    }
}

using System.Collections.Immutable;
using Google.Protobuf;
using Ocs.Formats.Onnx;
using Ocs.Formats.Onnx.Export;
using Ocs.Formats.Onnx.Import;
using Ocs.Graphs;
using Ocs.Graphs.Passes;
using Onnx;

namespace Ocs.Formats;

/// <summary>Reads and writes networks as ONNX files. See docs/formats.md for the mapping of every operator.</summary>
public static class OnnxFile
{
    // A protocol buffer holds 2 GB, and masks and tables need room besides weights.
    private const long HighestSize = int.MaxValue - (64 << 20);

    /// <summary>
    /// Writes a network for inference, with a dynamic batch size and weights as 32-bit floats. A network from an ONNX
    /// file keeps its names, types, metadata and opset. An existing file and its data are replaced only when the new
    /// ones are complete.
    /// </summary>
    /// <exception cref="OcsInputException">The file cannot be written, or an option is out of its range.</exception>
    public static void Write(string path, Network network, OnnxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        Write(path, network.Graph, network.Parameters, options);
    }

    /// <summary>Writes a network to a stream, with all weights inside.</summary>
    public static void Write(Stream stream, Network network)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(network);
        Write(stream, network.Graph, network.Parameters);
    }

    /// <summary>Writes a network to a stream. The caller keeps the parameters.</summary>
    internal static void Write(Stream stream, Graph graph, ParameterTable parameters) =>
        ToModel(graph, parameters, new()).WriteTo(stream);

    /// <summary>Writes a network. The caller keeps the parameters.</summary>
    /// <returns>The bytes of the file and of its external data; 0 for a device or a pipe.</returns>
    internal static long Write(string path, Graph graph, ParameterTable parameters, OnnxOptions? options = null) =>
        Write(path, graph, parameters, options ?? new(), HighestSize);

    /// <summary>Whether a network fits a file without external data.</summary>
    internal static bool IsOneFile(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return SizeOf(graph) <= HighestSize;
    }

    /// <summary>Whether a path is that of an 8-bit quantized ONNX file, which only a runtime runs.</summary>
    internal static bool IsQuantized(string path) =>
        Says(path, model => model.Graph.Node.Any(node => node.OpType == "DequantizeLinear"));

    /// <summary>Whether a path is that of an ONNX file with 16-bit weights.</summary>
    internal static bool IsSixteenBit(string path) => Says(path, model => FileOrigin.HasSixteenBits(model.Graph));

    /// <summary>Checks a file before ONNX Runtime loads it.</summary>
    /// <exception cref="OcsInputException">The file would crash ONNX Runtime.</exception>
    internal static void RequireRunnable(string path)
    {
        string? fault = null;
        Says(path, model => (fault = RandomNodes.FaultOf(model)) is null);
        if (fault is not null)
        {
            throw new OcsInputException($"{path}: {fault}");
        }
    }

    private static bool Says(string path, Func<ModelProto, bool> says)
    {
        try
        {
            return NetworkFile.IsOnnx(path) && File.Exists(path) && WholeFile.Read(
                path, stream => ModelProto.Parser.ParseFrom(stream) is { Graph: not null } model && says(model));
        }
        catch (OcsInputException)
        {
            // The file is read again later, which reports the fault.
            return false;
        }
    }

    /// <summary>The model of a file without external data.</summary>
    internal static ModelProto ToModel(Graph graph, ParameterTable parameters, OnnxOptions options)
    {
        options.Validate();
        graph = AsWritten(graph, options);
        if (!options.FoldBatchNorm)
        {
            return OnnxExport.ToModel(graph, parameters, options, new(options.FloatsOf(graph)));
        }

        var folded = BatchNormFolding.Fold(graph, parameters);
        using (folded.Parameters)
        {
            return OnnxExport.ToModel(folded.Graph, folded.Parameters, options, new(options.FloatsOf(graph)));
        }
    }

    /// <summary>Writes with another limit, in bytes, above which weights become external data.</summary>
    internal static long Write(
        string path, Graph graph, ParameterTable parameters, OnnxOptions options, long highestSize)
    {
        options.Validate();
        path = AtomicFile.TargetOf(path);
        graph = AsWritten(graph, options);
        if (!options.FoldBatchNorm)
        {
            return WriteAsItIs(path, graph, parameters, options, highestSize);
        }

        var folded = BatchNormFolding.Fold(graph, parameters);
        using (folded.Parameters)
        {
            return WriteAsItIs(path, folded.Graph, folded.Parameters, options, highestSize);
        }
    }

    /// <summary>The graph that a file computes: a detector's outputs may be decoded.</summary>
    /// <exception cref="OcsInputException">Boxes are to be selected, but the network has none.</exception>
    internal static Graph AsWritten(Graph graph, OnnxOptions options) => options.Detections switch
    {
        OnnxDetections.Raw => graph,
        OnnxDetections.Nms => DetectionOutputs.Decode(graph),
        _ => DetectionOutputs.CanDecode(graph) ? DetectionOutputs.Decode(graph) : graph,
    };

    private static long SizeOf(Graph graph) => graph.Parameters.Sum(spec => spec.ElementCount) * sizeof(float);

    private static long WriteAsItIs(
        string path, Graph graph, ParameterTable parameters, OnnxOptions options, long highestSize)
    {
        var bytes = SizeOf(graph);
        var older = WeightsBeside.Of(path);
        var written = 0L;
        if (options.ExternalData || bytes > highestSize)
        {
            if (!AtomicFile.IsReplaceable(path))
            {
                throw new OcsInputException(
                    $"{path} is a device or a pipe, and there are weights to be written beside it; "
                    + "give the path of a file.");
            }

            WriteWithData(path, older.FreePath, graph, parameters, options);
            written = new FileInfo(older.FreePath).Length;
        }
        else
        {
            var model = OnnxExport.ToModel(graph, parameters, options, new(options.FloatsOf(graph)));
            WholeFile.Write(path, stream => model.WriteTo(stream));
        }

        older.DiscardStale();
        return AtomicFile.IsReplaceable(path) ? written + new FileInfo(path).Length : 0;
    }

    /// <summary>
    /// How a file written by <see cref="Write(string, Network, OnnxOptions?)"/> differs from the ONNX file that its
    /// network is from, one sentence each: another opset, fixed sizes, weights of another type. Empty for other
    /// networks.
    /// </summary>
    public static IReadOnlyList<string> Changes(Graph graph, OnnxOptions? options = null) =>
        OnnxChanges.Of(graph, options ?? new());

    /// <summary>
    /// Reads a network of opset 7 to 23. The batch size becomes dynamic, shape computations are folded, and names are
    /// kept unless an exporter numbered them. Unsupported nodes are kept as they are (<see cref="GraphOrigin.Kept"/>).
    /// Any fault is an <see cref="OcsInputException"/> that names it.
    /// </summary>
    /// <param name="path">The file; external data must be in its folder.</param>
    /// <param name="inputShape">
    /// The shape of the inputs without the batch, such as 3, 224, 224, for dynamic sizes.
    /// </param>
    public static Network Read(string path, params ReadOnlySpan<long> inputShape) => Read(path, null, inputShape);

    /// <summary>
    /// Reads a part of a file: some of its values, by their names or those of their nodes, and all that they depend on.
    /// All other nodes are kept as they are, and are written again with the network.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="outputs">
    /// The values, which become the network's outputs in this order; null for the whole file.
    /// </param>
    /// <param name="inputShape">The shape of the inputs without the batch, for dynamic sizes.</param>
    public static Network Read(
        string path, ImmutableArray<string>? outputs, params ReadOnlySpan<long> inputShape)
    {
        try
        {
            var shape = inputShape.ToArray();
            return WholeFile.Interpret(path, () => OnnxImport.Read(path, shape, outputs));
        }
        catch (OcsInputException error)
        {
            var said = OneLine.Of(error.Message);
            throw new OcsInputException(
                said.StartsWith(path, StringComparison.Ordinal) ? said : $"{path}: {said}", error);
        }
    }

    // The model is renamed last: until then the older model and its data are in place.
    private static void WriteWithData(
        string path, string dataPath, Graph graph, ParameterTable parameters, OnnxOptions options)
    {
        var isWhole = false;
        try
        {
            WholeFile.Write(path, stream =>
            {
                WholeFile.Write(dataPath, data =>
                {
                    var weights = new OnnxWeights(options.FloatsOf(graph), data, Path.GetFileName(dataPath));
                    OnnxExport.ToModel(graph, parameters, options, weights).WriteTo(stream);
                    stream.Flush();
                });
            });
            isWhole = true;
        }
        finally
        {
            if (!isWhole)
            {
                WholeFile.Discard(dataPath);
            }
        }
    }
}

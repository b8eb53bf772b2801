using System.Collections.Immutable;
using Google.Protobuf;
using Ocs.Formats.Onnx;
using Ocs.Formats.Onnx.Export;
using Ocs.Formats.Onnx.Import;
using Ocs.Graphs;
using Ocs.Graphs.Passes;
using Onnx;

namespace Ocs.Formats;

/// <summary>Networks as ONNX files, for any runtime. docs/formats.md has the mapping of every operator.</summary>
public static class OnnxFile
{
    // Protocol buffers hold 2 GB, and there are masks and tables besides weights.
    private const long HighestSize = int.MaxValue - (64 << 20);

    /// <summary>
    /// Writes a network for inference: any batch size, weights as 32-bit floats. A network of an ONNX file keeps
    /// its names, types, metadata and opset. Whoever looks sees the older file of that
    /// name with its data, or the new one with its own.
    /// </summary>
    /// <exception cref="OcsInputException">The file cannot be written, or an option is out of its range.</exception>
    public static void Write(string path, Network network, OnnxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        Write(path, network.Graph, network.Parameters, options);
    }

    /// <summary>Writes a network's bytes, as a file without others beside it has them.</summary>
    public static void Write(Stream stream, Network network)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(network);
        ToModel(network.Graph, network.Parameters, new()).WriteTo(stream);
    }

    /// <summary>Writes a network whose parameters are lent.</summary>
    /// <returns>The bytes of the file and of its data beside it; 0 of a device or a pipe.</returns>
    internal static long Write(string path, Graph graph, ParameterTable parameters, OnnxOptions? options = null) =>
        Write(path, graph, parameters, options ?? new(), HighestSize);

    /// <summary>Whether a network is small enough for a file without others beside it.</summary>
    internal static bool IsOneFile(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return SizeOf(graph) <= HighestSize;
    }

    /// <summary>Whether a path leads to an ONNX file with 8-bit numbers, which only a runtime runs.</summary>
    internal static bool IsQuantized(string path) =>
        Says(path, model => model.Graph.Node.Any(node => node.OpType == "DequantizeLinear"));

    /// <summary>Whether a path leads to an ONNX file with weights of 16 bits.</summary>
    internal static bool IsSixteenBit(string path) => Says(path, model => FileOrigin.HasSixteenBits(model.Graph));

    /// <summary>Looks at a file that ONNX Runtime is to run, before it does.</summary>
    /// <exception cref="OcsInputException">ONNX Runtime would end the process.</exception>
    internal static void RequireRunnable(string path)
    {
        OcsInputException? refusal = null;
        Says(path, model => (refusal = RandomNodes.RefusalOf(model)) is null);
        if (refusal is not null)
        {
            throw new OcsInputException($"{path}: {refusal.Message}", refusal);
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
            // It is read again for what it is asked for, and says then what is wrong.
            return false;
        }
    }

    /// <summary>The message of a file without others beside it.</summary>
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

    /// <summary>Writes with another size, in bytes, above which weights lie in a file of their own.</summary>
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

    /// <summary>What a file computes: a detector's outputs may be decoded.</summary>
    /// <exception cref="OcsInputException">Boxes are to be selected of a network that gives none.</exception>
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
    /// Where a file that <see cref="Write(string, Network, OnnxOptions?)"/> makes differs from the ONNX file that its
    /// network is from, a sentence each: another opset, sizes that are fixed, weights of another type. None for
    /// networks from elsewhere.
    /// </summary>
    public static IReadOnlyList<string> Changes(Graph graph, OnnxOptions? options = null) =>
        OnnxChanges.Of(graph, options ?? new());

    /// <summary>
    /// Reads a network of opset 7 to 23: batch size free, shape computations resolved, names kept where they are names.
    /// Nodes that are not read are kept as they are (<see cref="GraphOrigin.Kept"/>). Whatever is wrong is an
    /// <see cref="OcsInputException"/> that names it.
    /// </summary>
    /// <param name="path">The file; numbers that lie outside it must be in its folder.</param>
    /// <param name="inputShape">
    /// The shape of the inputs without the batch, 3, 224, 224 say, where the file leaves it open.
    /// </param>
    public static Network Read(string path, params ReadOnlySpan<long> inputShape) => Read(path, null, inputShape);

    /// <summary>
    /// The same for a part of a file: some of its values, whose names are those of the file or of the nodes that make
    /// them, and what they need. All else is kept as it is, and stands around the network in what is written of it.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="outputs">The values, the network's outputs in this order; null for the whole file.</param>
    /// <param name="inputShape">The shape of the inputs without the batch, where the file leaves it open.</param>
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

    // The model gets its name last: until then whoever opens it reads the older one, whose data are still there.
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

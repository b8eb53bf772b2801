using Google.Protobuf;
using Ocs.Formats.Onnx.Export;
using Ocs.Formats.Onnx.Import;
using Ocs.Graphs;
using Ocs.Graphs.Passes;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>Networks as ONNX files, for any runtime. docs/formats.md has the mapping of every operator.</summary>
public static class OnnxFile
{
    // Protocol buffers hold 2 GB, and there are masks and tables besides weights.
    private const long HighestSize = int.MaxValue - (64 << 20);

    /// <summary>
    /// Writes a network for inference: any batch size, names kept, weights as 32-bit floats. An older file of
    /// that name stays whole until the new one is.
    /// </summary>
    public static void Write(string path, Graph graph, ParameterTable parameters, OnnxOptions? options = null)
    {
        options ??= new();
        options.Validate();
        if (!options.FoldBatchNorm)
        {
            WriteAsItIs(path, graph, parameters, options);
            return;
        }

        var folded = BatchNormFolding.Fold(graph, parameters);
        using (folded.Parameters)
        {
            WriteAsItIs(path, folded.Graph, folded.Parameters, options);
        }
    }

    private static void WriteAsItIs(string path, Graph graph, ParameterTable parameters, OnnxOptions options)
    {
        var bytes = graph.Parameters.Sum(spec => spec.ElementCount) * sizeof(float);
        if (options.ExternalData || bytes > HighestSize)
        {
            WriteWithData(path, graph, parameters, options.Opset);
            return;
        }

        var model = OnnxExport.ToModel(graph, parameters, options.Opset, new());
        WholeFile.Write(path, stream => model.WriteTo(stream));
    }

    /// <summary>
    /// Reads a network of opset 9 to 21: batch size free, shape computations resolved, names kept where they are names. Whatever is wrong
    /// or not known is an <see cref="OcsInputException"/> that names it.
    /// </summary>
    /// <param name="path">The file; numbers that lie outside it must be in its folder.</param>
    /// <param name="inputSize">The size of the inputs without the batch, 3, 224, 224 say, where the file leaves it open.</param>
    public static OcsModel Read(string path, params ReadOnlySpan<long> inputSize)
    {
        try
        {
            return OnnxImport.ToModel(OnnxReader.Read(path, inputSize));
        }
        catch (OcsInputException error) when (!error.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new OcsInputException($"{path}: {error.Message}", error);
        }
    }

    // Both files are written before the first of them gets its name.
    private static void WriteWithData(string path, Graph graph, ParameterTable parameters, int opset) =>
        WholeFile.Write(path, stream =>
        {
            var dataPath = $"{path}.data";
            WholeFile.Write(dataPath, data =>
            {
                var weights = new OnnxWeights(data, Path.GetFileName(dataPath));
                OnnxExport.ToModel(graph, parameters, opset, weights).WriteTo(stream);
                stream.Flush();
            });
        });
}

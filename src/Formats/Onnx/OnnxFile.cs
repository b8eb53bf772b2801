using Google.Protobuf;
using Ocs.Formats.Onnx;
using Ocs.Formats.Onnx.Import;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>Networks as ONNX files, for any runtime. docs/formats.md has the mapping of every operator.</summary>
public static class OnnxFile
{
    internal const int IrVersion = 8;
    internal const int OpsetVersion = 17;

    // Protocol buffers cannot hold more.
    private const long HighestSize = int.MaxValue - (1 << 20);

    /// <summary>
    /// Writes a network for inference: any batch size, names kept, weights as 32-bit floats. An older file of
    /// that name stays whole until the new one is.
    /// </summary>
    public static void Write(string path, Graph graph, ParameterTable parameters)
    {
        var bytes = graph.Parameters.Sum(spec => spec.ElementCount) * sizeof(float);
        if (bytes > HighestSize)
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' has {bytes} bytes of weights, more than an ONNX file can hold: write "
                    + "it as .ocs or safetensors.");
        }

        var model = OnnxExport.ToModel(graph, parameters);
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
}

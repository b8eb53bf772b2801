using Google.Protobuf;
using Ocs.Formats.Onnx;
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
}

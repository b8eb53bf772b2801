using Ocs.Cli.Output;
using Ocs.Cli.Runtimes;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Formats.Onnx.Quantization;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>The result of writing an int8 file.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="FloatBytes">The size of the same network with float weights.</param>
/// <param name="Samples">The number of calibration samples.</param>
/// <param name="Int8Layers">The number of layers with int8 weights.</param>
/// <param name="FloatLayers">The layers with float weights.</param>
internal sealed record Int8Summary(
    long Bytes, long FloatBytes, int Samples, int Int8Layers, IReadOnlyList<string> FloatLayers)
{
    /// <summary>The result in one sentence.</summary>
    public string Sentence(string path) =>
        $"{path} has {FileSize.Text(Bytes)}, {(double)Bytes / FloatBytes:0.00} of the float file's "
        + $"{FileSize.Text(FloatBytes)}: {Int8Layers} of {Int8Layers + FloatLayers.Count} layers with weights are int8"
        + (FloatLayers.Count == 0 ? "" : $"; {string.Join(", ", FloatLayers)} stayed float")
        + $". It was calibrated with {Samples} samples.";
}

/// <summary>The calibration samples of an int8 file.</summary>
/// <param name="Data">The samples.</param>
/// <param name="Limit">The largest number of samples, rounded up to whole batches.</param>
internal sealed record CalibrationSamples(IDataset Data, int Limit)
{
    /// <summary>The images of classification; null for other tasks.</summary>
    public LabelledImages? Images => Data as LabelledImages;
}

/// <summary>Writes int8 files. ONNX Runtime runs the float network with samples to find the ranges.</summary>
internal static class Int8File
{
    // All activations of a batch are in memory at once.
    private const int BatchSize = 8;

    /// <summary>Calibrates and writes. An existing file is replaced only when the new one is complete.</summary>
    public static Int8Summary Write(
        string path, Graph graph, ParameterTable parameters, OnnxOptions onnx, QuantizationOptions options,
        CalibrationSamples samples, CommandConsole console)
    {
        var data = samples.Images is { } images ? TrainingDataSource.Normalized(images, graph) : samples.Data;
        var quantizer = OnnxQuantizer.Of(graph, parameters, onnx, options);
        var count = Calibrate(quantizer, graph.Name, data, samples.Limit);
        foreach (var line in BrokenImageList.Lines(data))
        {
            console.Error.WriteLine(line);
        }

        return new(
            quantizer.Write(path), quantizer.FloatBytes, count, quantizer.Layers, quantizer.FloatLayers);
    }

    private static int Calibrate(OnnxQuantizer quantizer, string name, IDataset data, int limit)
    {
        using var file = MemoryFile.Open();
        quantizer.WriteForCalibration(file);
        file.Flush();
        using var session = InferenceSession.Open(MemoryFile.PathOf(file), TorchRuntime.Threads);
        using var source = data.Open(BatchLoaderOptions.Evaluation(BatchSize));
        var samples = 0;
        foreach (var batch in source.Epoch(0))
        {
            using (batch)
            {
                Observe(quantizer, session, NetworkInputs.Of(name, session.Inputs, batch.Inputs));
                samples += batch.Count;
            }

            if (samples >= limit)
            {
                break;
            }
        }

        return samples > 0
            ? samples
            : throw new OcsInputException($"{data.Name} has no readable sample; give another data set.");
    }

    private static void Observe(
        OnnxQuantizer quantizer, InferenceSession session, IReadOnlyList<TensorData> inputs)
    {
        var values = session.Inputs.Zip(inputs)
            .Concat(session.Outputs.Zip(session.Run(inputs)))
            .ToDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal);
        foreach (var value in quantizer.Observed)
        {
            quantizer.Observe(value, values[value].As<float>());
        }
    }
}

using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Formats.Onnx;
using Ocs.OnnxRuntime;

namespace Ocs.Cli.Runtimes;

/// <summary>A network under ONNX Runtime.</summary>
internal sealed class OnnxNetwork : RunnableNetwork
{
    private readonly InferenceSession _session;

    private OnnxNetwork(string name, InferenceSession session)
        : base(name) => _session = session;

    public override string Runtime => $"ONNX Runtime {InferenceSession.RuntimeVersion}";

    public override ImmutableArray<ValueInfo> Inputs => _session.Inputs;

    public override ImmutableArray<string> Outputs => [.. _session.Outputs.Select(output => output.Name)];

    public override bool IsSixteenBit => _session.Inputs.Concat(_session.Outputs)
        .Any(value => value.Type is ElementType.Float16 or ElementType.BFloat16) || OnnxFile.IsSixteenBit(Name);

    /// <summary>The normalization of images in the file's metadata; null if there is none.</summary>
    public Normalization? Normalization =>
        Inputs[0].Shape is [_, var channels, ..]
        && StatedNormalization.Read(_session.Metadata.GetValueOrDefault, channels) is { } stated
            ? new(stated.Mean, stated.StandardDeviation)
            : null;

    /// <summary>Height and width of a file's square images; null if dynamic.</summary>
    public static int? ImageSizeOf(string path)
    {
        using var network = Open(path, threads: 1);
        return network.Inputs[0].Shape is [_, _, > 0 and var height, var width] && height == width ? (int)height : null;
    }

    /// <summary>Opens an ONNX file; 0 threads mean one per core.</summary>
    public static OnnxNetwork Open(string path, int threads)
    {
        OnnxFile.RequireRunnable(path);
        return new(path, InferenceSession.Open(path, threads));
    }

    /// <summary>The same network under ONNX Runtime: its original ONNX file, or an export.</summary>
    public static OnnxNetwork Of(TorchNetwork network, int threads)
    {
        if (ModelSource.IsOnnx(network.Name))
        {
            return Take(network, network.Name, threads);
        }

        return Export(network, threads);
    }

    /// <summary>The same network under ONNX Runtime, always exported.</summary>
    public static OnnxNetwork Export(TorchNetwork network, int threads)
    {
        if (OnnxFile.IsOneFile(network.Model.Graph))
        {
            using var file = MemoryFile.Open();
            OnnxFile.Write(file, network.Model);
            return Take(network, MemoryFile.PathOf(file), threads);
        }

        var folder = TemporaryFolder();
        Unfinished.Add(folder.FullName);
        try
        {
            var path = Path.Combine(folder.FullName, "network.onnx");
            OnnxFile.Write(path, network.Model);
            return Take(network, path, threads);
        }
        finally
        {
            folder.Delete(recursive: true);
            Unfinished.Remove(folder.FullName);
        }
    }

    private static OnnxNetwork Take(TorchNetwork network, string path, int threads) =>
        new(network.Name, InferenceSession.Open(path, threads)) { Size = network.Size };

    private static DirectoryInfo TemporaryFolder()
    {
        try
        {
            return Directory.CreateTempSubdirectory("ocs-onnx-");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OcsInputException(
                $"{Path.GetTempPath()} is not a writable folder; set TMPDIR to one.", error);
        }
    }

    public override NetworkRun Prepare(IReadOnlyList<TensorData> inputs) => new OnnxRun(_session, inputs);

    public override void Dispose() => _session.Dispose();

    private sealed class OnnxRun(InferenceSession session, IReadOnlyList<TensorData> inputs) : NetworkRun
    {
        private IReadOnlyList<TensorData> _outputs = [];

        public override void Execute() => _outputs = session.Run(inputs);

        public override IReadOnlyList<TensorData> Read() => _outputs;

        public override void Dispose()
        {
        }
    }
}

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

    /// <summary>A file that was written here, of a network without kept nodes.</summary>
    public static OnnxNetwork OpenWritten(string path, int threads) => new(path, InferenceSession.Open(path, threads));

    /// <summary>The same network: the ONNX file that it is from, or as it would be exported.</summary>
    public static OnnxNetwork Of(TorchNetwork network, int threads) => ModelSource.IsOnnx(network.Name)
        ? new(network.Name, InferenceSession.Open(network.Name, threads)) { Size = network.Size }
        : Export(network, threads);

    /// <summary>The same network under ONNX Runtime, always exported.</summary>
    public static OnnxNetwork Export(TorchNetwork network, int threads)
    {
        using var copy = OnnxCopy.Of(network.Model);
        return new(network.Name, copy.Open(threads)) { Size = network.Size };
    }

    /// <summary>A network by its copy.</summary>
    public static OnnxNetwork Open(string name, OnnxCopy copy, int threads) => new(name, copy.Open(threads));

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

using Ocs.Cli.Output;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.RunLog;
using Ocs.Torch;

namespace Ocs.Cli.Runtimes;

/// <summary>
/// Checks that a written ONNX file computes under ONNX Runtime what its network computes under libtorch.
/// </summary>
internal static class OnnxCheck
{
    /// <summary>The largest relative difference that counts as rounding.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>The largest relative difference for networks with 16-bit floats.</summary>
    public const double SixteenBitTolerance = 1e-2;

    /// <summary>The number of random samples in a comparison.</summary>
    public const int Batch = 2;

    private const ulong Seed = 0;

    /// <summary>Writes a network, reports differences to its original ONNX file, and compares.</summary>
    public static OnnxSummary Write(
        string path, Graph graph, ParameterTable parameters, OnnxOptions options, CommandConsole console)
    {
        var bytes = OnnxFile.Write(path, graph, parameters, options);
        foreach (var change in OnnxFile.Changes(graph, options))
        {
            console.Error.WriteLine($"{path}: {change}");
        }

        var tolerance = ToleranceOf(graph, options);
        return Run(path, OnnxFile.AsWritten(graph, options), parameters, tolerance) with
        {
            Bytes = bytes > 0 ? bytes : null,
        };
    }

    /// <summary>The tolerance for a file of a network.</summary>
    public static double ToleranceOf(Graph graph, OnnxOptions options) =>
        options.FloatsOf(graph) == OnnxFloats.Float32 ? Tolerance : SixteenBitTolerance;

    // Compares the network's outputs on random inputs; a file may have a selection of boxes besides.
    private static OnnxSummary Run(string path, Graph graph, ParameterTable parameters, double tolerance)
    {
        if (!AtomicFile.IsReplaceable(path))
        {
            return new()
            {
                Tolerance = tolerance,
                Problem = "what was written to a device or a pipe cannot be read back.",
            };
        }

        using var model = new Network(graph, parameters.To(Device.Cpu));
        using var here = new TorchNetwork(graph.Name, model);
        FreedMemory.GiveBack();
        try
        {
            using var there = OnnxNetwork.OpenWritten(path, TorchRuntime.Threads);
            var differences = OutputDifference.Between(here, there, NetworkInputs.Random([here, there], Batch, Seed));
            var largest = differences.Max(difference => difference.LargestRelative);
            var isEqual = differences.All(difference => difference.IsWithin(tolerance));
            return new()
            {
                Runtime = there.Runtime,
                Tolerance = tolerance,
                LargestDifference = Finite(largest),
                MeanDifference = Finite(differences.Max(difference => difference.MeanRelative)),
                Equal = isEqual,
                Problem = isEqual ? null : $"{OutputDifference.Problem(differences, tolerance)}.",
            };
        }
        catch (Exception error) when (error is OnnxRuntimeException or OcsInputException)
        {
            return new()
            {
                Runtime = "ONNX Runtime",
                Tolerance = tolerance,
                Equal = false,
                Problem = CommandWords.Of(error.Message),
            };
        }
    }

    /// <summary>The result in one sentence.</summary>
    public static string Sentence(string path, OnnxSummary summary) =>
        Result(path, summary) + SizeOf(summary);

    /// <summary>A following sentence with the size of the file; empty if unknown.</summary>
    public static string SizeOf(OnnxSummary summary) =>
        summary.Bytes is { } bytes ? $" The file has {FileSize.Text(bytes)}." : "";

    private static string Result(string path, OnnxSummary summary) => summary switch
    {
        { Equal: true } => $"{path} computes under {summary.Runtime} what libtorch computes "
            + $"(largest relative difference {summary.LargestDifference:0.0e+0}).",
        { Equal: false } =>
            $"{path} does not compute under {summary.Runtime} what libtorch computes: {summary.Problem}",
        _ => $"{path} was not verified: {summary.Problem}",
    };

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}

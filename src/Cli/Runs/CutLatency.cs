using System.Globalization;
using Ocs.Cli.Runtimes;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.RunLog;
using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>
/// The speed-up of inference by a cut on this machine's CPU: whole and cut network alternate, with one image at a time
/// and one thread. It is measured under ONNX Runtime, or under libtorch if a network cannot be exported. Weights are
/// random.
/// </summary>
internal static class CutLatency
{
    // Two medians of the same network may differ by this ratio.
    private const double Noise = 1.03;
    private static readonly TurnPlan Turns = new() { WarmUps = 1, Fewest = 7 };

    /// <summary>Measures the times.</summary>
    public static LatencySummary Measure(Graph before, Graph after)
    {
        try
        {
            var runtime = $"ONNX Runtime {InferenceSession.RuntimeVersion}";
            return Measure(before, after, NetworkRuntime.Onnxruntime, runtime);
        }
        catch (Exception error) when (error is OcsInputException or OnnxRuntimeException)
        {
            // The network cannot be exported, so it will run under libtorch.
            return Measure(before, after, NetworkRuntime.Libtorch, $"libtorch {TorchRuntime.Version}");
        }
    }

    /// <summary>The measured speed-up, and that predicted by the MACs.</summary>
    public static string Sentence(LatencySummary latency, long macsBefore, long macsAfter) => string.Create(
        CultureInfo.InvariantCulture,
        $"Under {latency.Runtime} one image takes {Ms(latency.SecondsBefore)} ms whole "
        + $"and {Ms(latency.SecondsAfter)} ms cut, in turns on one thread: "
        + $"{latency.SecondsBefore / latency.SecondsAfter:0.00} x as fast, "
        + $"with {(double)macsBefore / macsAfter:0.00} x fewer MACs.");

    /// <summary>The remedy for a network that the cut made slower; null if it did not.</summary>
    /// <param name="latency">The measured times.</param>
    /// <param name="roundTo">The multiple of channels that was kept; null for an automatic one.</param>
    /// <param name="spelling">Gives the option for a multiple of channels: --round-to X, for example.</param>
    public static string? Warning(LatencySummary latency, int? roundTo, Func<string, string> spelling) =>
        !IsSlower(latency) ? null
        : $"Warning: the cut network is slower than the whole one under {latency.Runtime}. " + roundTo switch
        {
            null => $"Its layers are narrow; {spelling("16")} keeps multiples of 16 channels, "
                + "which fill the processor's vectors.",
            < 16 => $"Widths that are multiples of {roundTo} do not fill the processor's vectors; "
                + $"{spelling("auto")} keeps some that do.",
            _ => "`ocs prune --target-latency` searches widths by what they cost.",
        };

    private static bool IsSlower(LatencySummary latency) => latency.SecondsAfter > Noise * latency.SecondsBefore;

    // If another program delayed the cut network in most turns, a second measurement helps.
    private static LatencySummary Measure(Graph before, Graph after, NetworkRuntime runtime, string version)
    {
        var latency = MeasureOnce(before, after, runtime, version);
        return IsSlower(latency) ? MeasureOnce(before, after, runtime, version) : latency;
    }

    private static LatencySummary MeasureOnce(Graph before, Graph after, NetworkRuntime runtime, string version)
    {
        var clock = LatencyClocks.Of(runtime, batch: 1, threads: 1);
        var times = clock.InTurns([before, after], Turns);
        return new()
        {
            Runtime = version,
            Batch = clock.Batch,
            Threads = clock.Threads,
            SecondsBefore = times.Median(0),
            SecondsAfter = times.Median(1),
        };
    }

    private static string Ms(double seconds) =>
        (1000 * seconds).ToString(seconds < 0.001 ? "0.000" : "0.00", CultureInfo.InvariantCulture);
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Ocs.Cli.Runtimes;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.Pruning.Latency;
using Ocs.RunLog;
using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>
/// The speed-up of inference by a cut on this machine's CPU: whole and cut network alternate, with one image at a time
/// and one thread. It is measured under ONNX Runtime, or under libtorch with random weights if a network cannot be
/// exported.
/// </summary>
internal static class CutLatency
{
    // Two medians of the same network may differ by this ratio.
    private const double Noise = 1.03;
    private const int Batch = 1;
    private const int Threads = 1;
    private const ulong Seed = 0;
    private static readonly TurnPlan Turns = new() { WarmUps = 0, Fewest = 5, Seconds = 0.4, WarmBelow = 0.02 };

    /// <summary>Measures networks with random weights.</summary>
    public static LatencySummary Measure(Graph before, Graph after) =>
        Measure(Network.Initialize(before, Seed), Network.Initialize(after, Seed));

    /// <summary>Measures networks and disposes them.</summary>
    public static LatencySummary Measure(Network before, Network after)
    {
        try
        {
            using var cut = Take(after);
            using var whole = Take(before);
            FreedMemory.GiveBack();
            return Measure(
                $"ONNX Runtime {InferenceSession.RuntimeVersion}",
                () => InferenceTimes.Take(
                    [() => Open(before.Graph, whole), () => Open(after.Graph, cut)], Threads, Turns,
                    CancellationToken.None));
        }
        catch (Exception error) when (error is OcsInputException or OnnxRuntimeException)
        {
            // The network cannot be exported, so it will run under libtorch.
            ITurnClock clock = new LibtorchClock(Batch, Threads);
            return Measure(
                $"libtorch {TorchRuntime.Version}", () => clock.InTurns([before.Graph, after.Graph], Turns));
        }
        finally
        {
            before.Dispose();
            after.Dispose();
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
    private static LatencySummary Measure(string runtime, Func<TurnTimes> take)
    {
        var latency = MeasureOnce(runtime, take);
        return IsSlower(latency) ? MeasureOnce(runtime, take) : latency;
    }

    private static LatencySummary MeasureOnce(string runtime, Func<TurnTimes> take)
    {
        var times = take();
        return new()
        {
            Runtime = runtime,
            Batch = Batch,
            Threads = Threads,
            SecondsBefore = times.Median(0),
            SecondsAfter = times.Median(1),
        };
    }

    // What a check of the network, or the copy of another one, has left is not kept beside this copy.
    private static OnnxCopy Take(Network network)
    {
        FreedMemory.GiveBack();
        using (network)
        {
            return OnnxCopy.Of(network);
        }
    }

    // What loading took besides the session, twice as much, is not kept beside the next one.
    [SuppressMessage("Reliability", "CA2000", Justification = "What is returned owns the network.")]
    private static ReadyOnnx Open(Graph graph, OnnxCopy copy)
    {
        var ready = ReadyOnnx.Of(OnnxNetwork.Open(graph.Name, copy, Threads), Batch);
        TorchRuntime.GiveBackMemory();
        return ready;
    }

    private static string Ms(double seconds) =>
        (1000 * seconds).ToString(seconds < 0.001 ? "0.000" : "0.00", CultureInfo.InvariantCulture);
}

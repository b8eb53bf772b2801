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
/// What a cut saves of the time of inference on this machine's CPU: whole and cut network in turns, one image at a
/// time, on one thread. It is taken under ONNX Runtime, which will run what is written; under libtorch, with drawn
/// weights, where a network has no form as ONNX.
/// </summary>
internal static class CutLatency
{
    // So much two medians of the same network may differ.
    private const double Noise = 1.03;
    private const int Batch = 1;
    private const int Threads = 1;
    private const ulong Seed = 0;
    private static readonly TurnPlan Turns = new() { WarmUps = 0, Fewest = 5, Seconds = 0.4, WarmBelow = 0.02 };

    /// <summary>Takes the times of networks whose weights are drawn.</summary>
    public static LatencySummary Measure(Graph before, Graph after) =>
        Measure(Network.Initialize(before, Seed), Network.Initialize(after, Seed));

    /// <summary>Takes the times of networks, and disposes them: nothing else uses them meanwhile.</summary>
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
            // It has no form as ONNX, so it will run here.
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

    /// <summary>What was measured, beside what the MACs promise.</summary>
    public static string Sentence(LatencySummary latency, long macsBefore, long macsAfter) => string.Create(
        CultureInfo.InvariantCulture,
        $"Under {latency.Runtime} one image takes {Ms(latency.SecondsBefore)} ms whole "
        + $"and {Ms(latency.SecondsAfter)} ms cut, in turns on one thread: "
        + $"{latency.SecondsBefore / latency.SecondsAfter:0.00} x as fast, "
        + $"with {(double)macsBefore / macsAfter:0.00} x fewer MACs.");

    /// <summary>What helps a network that the cut made slower; null if it did not.</summary>
    /// <param name="latency">What was measured.</param>
    /// <param name="roundTo">What multiples of channels were kept; null for those that suit the groups.</param>
    /// <param name="spelling">How the user sets an option: --round-to X, for example.</param>
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

    // Where another program held up the cut network in most of its turns, it does not in the next.
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

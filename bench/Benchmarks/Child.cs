using System.Diagnostics;
using System.Text.Json.Nodes;
using Ocs.Pruning.Coupling;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Zoo;

namespace Ocs.Benchmarks;

/// <summary>What a fresh process measures for the figures; it prints one line of JSON, as the peer does.</summary>
internal static class Child
{
    /// <summary>Runs <c>step NETWORK VARIANT THREADS WARMUPS STEPS</c>, <c>gpu NETWORK PRECISION GRAPH EPOCHS</c>,
    /// <c>coupling NETWORK CALLS</c> or <c>onnx FOLDER</c>.</summary>
    public static void Run(string[] arguments)
    {
        var result = arguments[0] switch
        {
            "step" => Step(arguments[1], arguments[2], int.Parse(arguments[3]), int.Parse(arguments[4]), int.Parse(arguments[5])),
            "gpu" => GpuCycle.Run(arguments[1], Enum.Parse<Precision>(arguments[2]), Enum.Parse<CudaGraphChoice>(arguments[3]), int.Parse(arguments[4])),
            "onnx" => OnnxJourney.Run(arguments[1]),
            _ => Coupling(arguments[1], int.Parse(arguments[2])),
        };
        Console.WriteLine(result.ToJsonString());
    }

    /// <summary>Starts a program, waits, and reads the JSON of its last line; null with a sentence when it is not there.</summary>
    public static JsonNode? Start(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonNode.Parse(output.TrimEnd().Split('\n')[^1])
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    /// <summary>Starts this program as a child.</summary>
    public static JsonNode StartSelf(params IEnumerable<string> arguments) =>
        Start(Environment.ProcessPath!, ["child", .. arguments])!;

    /// <summary>Starts PyTorch's side, a script of bench/peers; null, with a sentence, where there is none.</summary>
    public static JsonNode? StartPeer(string script, params IEnumerable<string> arguments)
    {
        var python = Environment.GetEnvironmentVariable("OCS_PEER_PYTHON") ?? "/usr/bin/python3";
        if (!File.Exists(python))
        {
            Console.WriteLine($"skipped: there is no {python} (Debian: apt-get install python3-torch)");
            return null;
        }

        var result = Start(python, [Path.Combine(Machine.Root, "bench", "peers", script), .. arguments])!;
        if (result["skipped"] is not { } reason)
        {
            return result;
        }

        Console.WriteLine($"skipped: {reason}");
        return null;
    }

    private static JsonObject Step(string network, string variant, int threads, int warmUps, int steps)
    {
        TorchRuntime.Threads = threads;
        using var step = new TrainingStep(network, format: null, variant == "bf16" ? DType.BFloat16 : null);
        for (var i = 0; i < warmUps; i++)
        {
            step.Run();
        }

        double[] milliseconds = [.. Enumerable.Range(0, steps).Select(_ => step.Run())];
        return new()
        {
            ["layout"] = $"{step.Format}",
            ["median_ms"] = milliseconds.Median(),
            ["fastest_ms"] = milliseconds.Min(),
            ["peak_mib"] = Machine.PeakMebibytes,
            ["parameters"] = step.Graph.ParameterCount,
            ["libtorch"] = TorchRuntime.Version,
        };
    }

    private static JsonObject Coupling(string network, int calls)
    {
        var graph = Models.Build(network);
        var milliseconds = new List<double>();
        for (var i = 0; i <= calls; i++)
        {
            var start = Stopwatch.GetTimestamp();
            CouplingGraph.Build(graph);
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return new() { ["first_ms"] = milliseconds[0], ["median_ms"] = milliseconds.Skip(1).Median() };
    }
}

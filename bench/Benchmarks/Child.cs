using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Ocs.OnnxRuntime;
using Ocs.Pruning.Coupling;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Zoo;

namespace Ocs.Benchmarks;

/// <summary>Measurements in a fresh process. It prints one line of JSON, like the peer scripts.</summary>
internal static partial class Child
{
    /// <summary>Runs <c>step NETWORK VARIANT THREADS WARMUPS STEPS BATCH</c>, <c>cut THREADS WARMUPS STEPS</c>,
    /// <c>coupling NETWORK CALLS</c>, <c>gpu NETWORK PRECISION GRAPH EPOCHS</c>,
    /// <c>gradients NETWORK BATCH SMOOTH</c>, <c>replica NETWORK BATCH THREADS WARMUPS STEPS</c>, <c>collectives
    /// CALLS</c>, <c>input BATCHES</c>, <c>images ROOT SIZE RESIZE PACKED</c>,
    /// <c>load FILE</c> or <c>onnx FOLDER</c>.</summary>
    public static void Run(string[] arguments)
    {
        JsonNode result = arguments[0] switch
        {
            "gradients" => GradientTable.Errors(arguments[1], int.Parse(arguments[2]), bool.Parse(arguments[3])),
            "step" => Step(
                arguments[1], arguments[2], int.Parse(arguments[3]), int.Parse(arguments[4]), int.Parse(arguments[5]),
                int.Parse(arguments[6])),
            "cut" => CutNetworks.Run(
                int.Parse(arguments[1]), int.Parse(arguments[2]), int.Parse(arguments[3]), int.Parse(arguments[4])),
            "replica" => Replica.Steps(
                arguments[1], int.Parse(arguments[2]), int.Parse(arguments[3]), int.Parse(arguments[4]),
                int.Parse(arguments[5])),
            "collectives" => Replica.Collectives(int.Parse(arguments[1])),
            "input" => Replica.Input(int.Parse(arguments[1])),
            "gpu" => GpuCycle.Run(
                arguments[1], Enum.Parse<Precision>(arguments[2]), Enum.Parse<CudaGraphChoice>(arguments[3]),
                int.Parse(arguments[4])),
            "onnx" => OnnxJourney.Run(arguments[1]),
            "load" => Load(arguments[1]),
            "images" => ImagePipeline.Run(arguments[1], int.Parse(arguments[2]), int.Parse(arguments[3]), arguments[4]),
            _ => Coupling(arguments[1], int.Parse(arguments[2])),
        };
        Console.WriteLine(result.ToJsonString());
    }

    /// <summary>
    /// Runs a program, and reads the JSON of its last line. Prints a sentence and returns null if the program is
    /// missing.
    /// </summary>
    public static JsonNode? Start(string program, params IEnumerable<string> arguments) =>
        LastLine(Execute(program, arguments));

    /// <summary>Runs a program, and returns its output.</summary>
    public static string Execute(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        return Result(process, $"{program} {string.Join(' ', arguments)}");
    }

    /// <summary>
    /// Starts several programs, and lets them run alternately, one at a time, until all have ended. Returns the seconds
    /// of each.
    /// </summary>
    public static double[] ExecuteInTurns(string program, IReadOnlyList<string[]> commands, TimeSpan turn)
    {
        const int stop = 19, go = 18; // SIGSTOP and SIGCONT
        var seconds = new double[commands.Count];
        var processes = new List<Process>();
        try
        {
            foreach (var arguments in commands)
            {
                var start = new ProcessStartInfo(program, arguments)
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                };
                processes.Add(Process.Start(start)!);
                _ = Signal(processes[^1].Id, stop);
            }

            Task<string>[] results = [.. processes.Zip(commands, (process, arguments) =>
                Task.Run(() => Result(process, $"{program} {string.Join(' ', arguments)}")))];
            while (!results.All(result => result.IsCompleted))
            {
                for (var i = 0; i < results.Length; i++)
                {
                    if (results[i].IsCompleted)
                    {
                        results[i].GetAwaiter().GetResult(); // where it failed, nobody waits for the others
                        continue;
                    }

                    var start = Stopwatch.GetTimestamp();
                    _ = Signal(processes[i].Id, go);
                    if (Task.WaitAny([results[i]], turn) < 0)
                    {
                        _ = Signal(processes[i].Id, stop);
                    }

                    seconds[i] += Stopwatch.GetElapsedTime(start).TotalSeconds;
                }
            }

            Task.WaitAll(results);
            return seconds;
        }
        finally
        {
            foreach (var process in processes)
            {
                process.Kill();
                process.Dispose();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    /// <summary>Starts this program as several children at once, as processes of one run or independently.</summary>
    public static JsonNode[] StartTogether(int count, bool asGroup, params IEnumerable<string> arguments)
    {
        var port = Replica.FreePort();
        var processes = Enumerable.Range(0, count).Select(rank =>
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!, ["child", .. arguments])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            };
            foreach (var (name, value) in asGroup ? Rendezvous.OnThisMachine(port, rank, count).ToEnvironment() : [])
            {
                start.Environment[name] = value;
            }

            return Process.Start(start)!;
        }).ToList();
        return [.. processes.Select(process =>
        {
            using (process)
            {
                return LastLine(Result(process, string.Join(' ', arguments)))!;
            }
        })];
    }

    private static JsonNode? LastLine(string output) => JsonNode.Parse(output.TrimEnd().Split('\n')[^1]);

    private static string Result(Process process, string command)
    {
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{command} ended with {process.ExitCode}");
    }

    /// <summary>Starts this program as a child.</summary>
    public static JsonNode StartSelf(params IEnumerable<string> arguments) =>
        Start(Environment.ProcessPath!, ["child", .. arguments])!;

    /// <summary>
    /// Runs a PyTorch script of bench/peers. Prints a sentence and returns null if PyTorch is missing.
    /// </summary>
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

    private static JsonObject Step(
        string network, string variant, int threads, int warmUps, int steps, int batch)
    {
        TorchRuntime.Threads = threads;
        using var step = new TrainingStep(
            Models.Build(network), format: null, variant == "bf16" ? DType.BFloat16 : null, batch,
            recompute: variant == "recompute");
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

    // ONNX Runtime itself is loaded before.
    private static JsonObject Load(string file)
    {
        _ = InferenceSession.RuntimeVersion;
        var start = Stopwatch.GetTimestamp();
        using var session = InferenceSession.Open(file);
        return new()
        {
            ["load_ms"] = Stopwatch.GetElapsedTime(start).TotalMilliseconds,
            ["peak_mib"] = Machine.PeakMebibytes,
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

using System.CommandLine;
using System.Globalization;
using Ocs.Cli.Completing;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runtimes;
using Ocs.Torch;

namespace Ocs.Cli.Commands;

/// <summary>
/// `ocs bench`: inference times under libtorch and ONNX Runtime; the paper's Tab. 9 for this machine.
/// </summary>
internal static class BenchCommand
{
    public static Command Create(CommandConsole console)
    {
        var models = new Argument<string[]>("MODEL")
        {
            Description = "Networks of the zoo, .ocs files or .onnx files. The others are compared with the first.",
            Arity = ArgumentArity.OneOrMore,
            HelpName = "MODEL",
            CompletionSources = { Values.Networks },
        };
        var batches = List("--batch", "Batch sizes, separated by commas (default: 1).", "N,N");
        var runtimes = List(
            "--runtimes",
            $"Runtimes: {string.Join(',', Choices.Names<NetworkRuntime>())} (default: both).",
            "NAMES");
        runtimes.CompletionSources.Add(Values.ListOf<NetworkRuntime>());
        var threads = new Option<int?>("--threads")
        {
            Description = "Threads of one operator (default: one per core).",
            HelpName = "N",
        };
        var runs = new Option<int>("--runs")
        {
            Description = "Timed runs of each network.",
            HelpName = "N",
            DefaultValueFactory = _ => 50,
        };
        var warmUps = new Option<int>("--warm-up")
        {
            Description = "Untimed runs of each network before them.",
            HelpName = "N",
            DefaultValueFactory = _ => 5,
        };
        var classes = CommonOptions.Classes();
        var channels = CommonOptions.InputChannels();
        var size = CommonOptions.InputSize();
        var command = new Command(
            "bench", "Times networks under libtorch and ONNX Runtime in turns, and compares them with the first.")
        {
            models, batches, runtimes, threads, runs, warmUps, classes, channels, size,
        };
        command.SetAction(parsed =>
        {
            var chosen = Split(parsed, runtimes).Select(name => Choices.Named<NetworkRuntime>("--runtimes", name));
            var options = new BenchOptions(
                [.. Split(parsed, batches).Select(text => Positive("--batch", text)).DefaultIfEmpty(1)],
                [.. chosen.Distinct()],
                Positive("--threads", parsed.GetValue(threads) ?? TorchRuntime.Threads),
                Positive("--runs", parsed.GetValue(runs)),
                parsed.GetValue(warmUps) is >= 0 and var count
                    ? count
                    : throw new OcsInputException($"--warm-up must be 0 or more, but is {parsed.GetValue(warmUps)}."));
            return Run(
                [.. parsed.GetRequiredValue(models).Select(model => new ModelRequest(
                    model, Weights: null, parsed.GetValue(classes), parsed.GetValue(channels), parsed.GetValue(size)))],
                options,
                console);
        });
        return command;
    }

    private static Option<string[]> List(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName, AllowMultipleArgumentsPerToken = false };

    private static IEnumerable<string> Split(ParseResult parsed, Option<string[]> option) =>
        (parsed.GetValue(option) ?? []).SelectMany(
            list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static int Positive(string option, string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? Positive(option, number)
            : throw new OcsInputException($"{option} must be a whole number, but is '{text}'.");

    private static int Positive(string option, int number) =>
        number > 0 ? number : throw new OcsInputException($"{option} must be 1 or more, but is {number}.");

    private static int Run(IReadOnlyList<ModelRequest> requests, BenchOptions options, CommandConsole console)
    {
        var before = TorchRuntime.Threads;
        var networks = new List<RunnableNetwork>();
        try
        {
            TorchRuntime.Threads = options.Threads;
            var runtimes = options.Runtimes.Count > 0 ? options.Runtimes : Enum.GetValues<NetworkRuntime>();
            foreach (var request in requests)
            {
                RunnableNetworks.OpenAll(request, runtimes, options.Threads, console, networks);
            }

            using var heed = console.HeedStop();
            var rows = BenchTable.Measure(networks, options, console.Stop);
            if (console.Json)
            {
                console.WriteJson(
                    new(options.Threads, options.Runs, options.WarmUps, rows), CliJson.Readable.BenchOutput);
            }
            else
            {
                BenchTable.Write(rows, console);
                console.WriteLine(
                    $"Median of {options.Runs} runs in turns, "
                    + $"{options.Threads} {(options.Threads == 1 ? "thread" : "threads")}; "
                    + "speed-ups are over the first network under the same runtime.");
            }

            return ExitCode.Fine;
        }
        finally
        {
            networks.ForEach(network => network.Dispose());
            TorchRuntime.Threads = before;
        }
    }
}

/// <summary>The options of `ocs bench`; no runtimes mean both.</summary>
internal sealed record BenchOptions(
    IReadOnlyList<int> Batches, IReadOnlyList<NetworkRuntime> Runtimes, int Threads, int Runs, int WarmUps);

/// <summary>`ocs bench --json`.</summary>
internal sealed record BenchOutput(int Threads, int Runs, int WarmUps, IReadOnlyList<BenchRow> Rows);

/// <summary>
/// A network under a runtime with a batch size. Times are those of a whole batch. Speed-ups are relative to the first
/// network under the same runtime; the theoretical speed-up is the ratio of MACs. MACs, parameters and the theoretical
/// speed-up are null for .onnx files that libtorch cannot run.
/// </summary>
internal sealed record BenchRow(
    string Model, string Runtime, int Batch, long? Macs, long? Parameters,
    double MedianMs, double P95Ms, double ImagesPerSecond,
    double SpeedUp, double? TheoreticalSpeedUp);

using System.CommandLine;
using Ocs.Cli.Completing;
using Ocs.Cli.Configuration;
using Ocs.Cli.Runs;
using Ocs.Cli.Runtimes;
using Ocs.Pruning.Latency;

namespace Ocs.Cli.Commands;

/// <summary>The options of `ocs prune` that give a latency as the budget.</summary>
internal sealed class LatencyChoices
{
    private readonly Option<double?> _target = new("--target-latency")
    {
        Description = "Instead of --target: the time of a batch to reach. "
            + "A table of widths is measured on this machine first.",
        HelpName = "MILLISECONDS",
    };

    private readonly Option<int> _batch = new("--latency-batch")
    {
        Description = "Images of that batch.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<int> _threads = new("--threads")
    {
        Description = "Number of threads of the measurement.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<string?> _runtime = new("--runtime")
    {
        Description = $"Where it is measured: {string.Join(" or ", Choices.Names<NetworkRuntime>())} "
            + "(default: onnxruntime for a network that is written as .onnx).",
        HelpName = "NAME",
        CompletionSources = { Values.Of<NetworkRuntime>() },
    };

    public IEnumerable<Option> All => [_target, _batch, _threads, _runtime];

    /// <summary>The latency target; null if the target is a fraction.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="writesOnnx">Whether the cut network is written for ONNX Runtime.</param>
    public LatencyTarget? Of(ParseResult parsed, bool writesOnnx)
    {
        if (parsed.GetValue(_target) is not { } milliseconds)
        {
            return All.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } stray
                ? throw new OcsInputException(
                    $"{stray.Name} says how --target-latency is measured; give that, too, or leave it out.")
                : null;
        }

        var (batch, threads) = (parsed.GetValue(_batch), parsed.GetValue(_threads));
        return (milliseconds, batch, threads) switch
        {
            (not > 0, _, _) => throw new OcsInputException($"--target-latency must be above 0, but is {milliseconds}."),
            (_, < 1, _) => throw new OcsInputException($"--latency-batch must be at least 1, but is {batch}."),
            (_, _, < 1) => throw new OcsInputException($"--threads must be at least 1, but is {threads}."),
            _ => new(milliseconds / 1000, LatencyClocks.Of(Runtime(parsed, writesOnnx), batch, threads)),
        };
    }

    private NetworkRuntime Runtime(ParseResult parsed, bool writesOnnx) =>
        parsed.GetValue(_runtime) is { } name ? Choices.Named<NetworkRuntime>(_runtime.Name, name)
        : writesOnnx ? NetworkRuntime.Onnxruntime
        : NetworkRuntime.Libtorch;
}

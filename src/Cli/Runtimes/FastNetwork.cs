using Ocs.Graphs;
using Ocs.Graphs.Passes;
using Ocs.Torch;
using Ocs.Training;

namespace Ocs.Cli.Runtimes;

/// <summary>
/// A network for many passes without autograd: batch norms are folded into the layers before them, and values lie in
/// the layout that is faster on these inputs. Outputs differ from the network's by rounding.
/// </summary>
internal sealed class FastNetwork : IDisposable
{
    // A trial runs the network on eight times as many samples at most.
    private const int TrialSamples = 16;
    private const int FewSamples = 50 * TrialSamples;

    private static readonly TurnPlan Turns =
        TurnPlan.Exactly(warmUps: 1, turns: 3) with { WarmEachRun = false, DropOut = new(After: 1, Factor: 1.25) };

    private readonly ParameterTable _parameters;

    private FastNetwork(Graph graph, ParameterTable parameters, MemoryFormat format)
    {
        _parameters = parameters.Share();
        Graph = graph;
        Executor = new(graph, _parameters, format);
    }

    /// <summary>What is computed; its outputs are the network's, in the same order.</summary>
    public Graph Graph { get; }

    public Executor Executor { get; }

    /// <summary>Prepares a network for samples, on the device of its weights.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">Its weights, lent.</param>
    /// <param name="samples">How many samples there will be; for few of them no layout is tried.</param>
    public static FastNetwork For(Graph network, ParameterTable parameters, int samples)
    {
        long[][] shapes = [.. network.InputNodes.Select(node => node.Shape.SetItem(0, TrialSamples).ToArray())];
        if (samples < FewSamples || shapes.Any(shape => shape.Length != 4 || shape.Any(size => size < 1)))
        {
            return Of(network, parameters, []);
        }

        var device = network.Parameters.IsEmpty ? Device.Cpu : parameters[network.Parameters[0].Name].Device;
        Tensor[] inputs = [.. shapes.Select(shape => Tensor.Zeros(shape, device: device))];
        try
        {
            return Of(network, parameters, inputs);
        }
        finally
        {
            Array.ForEach(inputs, input => input.Dispose());
        }
    }

    /// <summary>Prepares a network; the inputs are lent, and their values do not matter.</summary>
    public static FastNetwork Of(Graph graph, ParameterTable parameters, IReadOnlyList<Tensor> inputs)
    {
        var (folded, weights) = BatchNormFolding.Fold(graph, parameters);
        using var _ = weights;
        MemoryFormat[] formats = inputs.Any(input => input.Rank == 4)
            ? [MemoryFormat.Contiguous, MemoryFormat.ChannelsLast]
            : [MemoryFormat.Contiguous];
        FastNetwork[] candidates = [.. formats.Select(format => new FastNetwork(folded, weights, format))];
        if (candidates is [var only])
        {
            return only;
        }

        FastNetwork? fastest = null;
        try
        {
            var times = TurnTimes.Take(
                candidates.Select(candidate => (Action)(() => candidate.Run(inputs))), Turns, TimeProvider.System);
            fastest = candidates[Enumerable.Range(0, candidates.Length).MinBy(times.Shortest)];
            return fastest;
        }
        finally
        {
            foreach (var other in candidates.Where(candidate => candidate != fastest))
            {
                other.Dispose();
            }
        }
    }

    /// <summary>An input in the network's layout, as a tensor of its own.</summary>
    public Tensor Laid(Tensor input) => input.Rank == 4 ? input.Contiguous(Executor.MemoryFormat) : input.Alias();

    public void Dispose() => _parameters.Dispose();

    private void Run(IReadOnlyList<Tensor> inputs)
    {
        using var _ = Autograd.NoGrad();
        Executor.ForwardAll([.. inputs], training: false).Release();
        TorchRuntime.Synchronize(inputs[0].Device);
    }
}

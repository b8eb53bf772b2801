using System.Collections.Immutable;
using Ocs.Graphs.Operators;
using Ocs.Graphs.Passes;
using Ocs.Torch;

namespace Ocs.Graphs;

/// <summary>
/// Runs a graph on libtorch. It owns the intermediate values and releases each after its last use; autograd keeps what
/// backward needs.
/// </summary>
public sealed partial class Executor
{
    private readonly Graph _graph;
    private readonly ParameterTable _parameters;
    private readonly Func<string, Tensor> _parameterOf;
    private readonly Plan _inference;
    private readonly Plan _training;

    /// <summary>Prepares to run a graph.</summary>
    /// <param name="graph">What is computed.</param>
    /// <param name="parameters">A tensor for each parameter of the graph, lent.</param>
    /// <param name="format">
    /// The layout to run in, see <see cref="Lay"/>; null leaves the weights as they lie, and values contiguous.
    /// </param>
    public Executor(Graph graph, ParameterTable parameters, MemoryFormat? format = null)
    {
        _graph = graph;
        _parameters = parameters;
        _parameterOf = name => parameters[name];
        _inference = Plan.Of(graph);
        var fused = NormFusion.Apply(graph);
        _training = Plan.Of(fused);
        _stretches = new(() => Stretch.Of(fused));
        if (format is { } given)
        {
            Lay(given);
        }
    }

    /// <summary>The layout of four-dimensional weights and values.</summary>
    public MemoryFormat MemoryFormat { get; private set; } = MemoryFormat.Contiguous;

    /// <summary>
    /// The random generator on a CPU, used by dropout for example; lent. Null for the generator of the process.
    /// </summary>
    public Generator? Generator { get; set; }

    /// <summary>
    /// Whether backward recomputes most values instead of keeping them (Chen et al. 2016, arXiv 1604.06174). It takes
    /// far less memory and up to a third more time. Gradients are the same, except for the rounding of sums if two
    /// stretches read a value.
    /// </summary>
    public bool Recompute { get; init; }

    /// <summary>
    /// Runs in another layout from now on, and puts the weights in the table into it. Convolutions over few pixels stay
    /// contiguous on a CPU.
    /// </summary>
    public void Lay(MemoryFormat format)
    {
        MemoryFormat = format;
        using var _ = Autograd.NoGrad();
        var contiguous = _graph.Nodes.Where(node => node.Operator.PrefersContiguous(_graph.ShapesOf(node)))
            .Select(node => node.Parameters[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var spec in _graph.Parameters.Where(spec => spec.Shape.Length == 4))
        {
            var weight = _parameters[spec.Name];
            var wanted = weight.Device.Kind == DeviceKind.Cpu && contiguous.Contains(spec.Name)
                ? MemoryFormat.Contiguous
                : format;
            if (!weight.IsContiguous(wanted))
            {
                using var detached = weight.Detach();
                _parameters.Replace(spec.Name, detached.Contiguous(wanted));
            }
        }
    }

    /// <summary>The graph's first output for a batch, owned by the caller.</summary>
    /// <param name="input">The batch.</param>
    /// <param name="training">Whether norms and dropout train.</param>
    public Tensor Forward(Tensor input, bool training) => Forward([input], training);

    /// <summary>The same for a batch of each input, in the order of the input nodes.</summary>
    public Tensor Forward(ReadOnlySpan<Tensor> inputs, bool training) => Compute(inputs, training, onlyFirst: true)[0];

    /// <summary>The graph's outputs for a batch of each input, each output once, owned by the caller.</summary>
    public IReadOnlyList<Tensor> ForwardAll(ReadOnlySpan<Tensor> inputs, bool training) =>
        Compute(inputs, training, onlyFirst: false);

    private Tensor[] Compute(ReadOnlySpan<Tensor> inputs, bool training, bool onlyFirst)
    {
        var plan = training ? _training : _inference;
        var wanted = onlyFirst ? plan.Outputs[..1] : plan.Outputs;
        if (training && Recompute)
        {
            return ComputeInStretches(plan, inputs, wanted);
        }

        var values = new Tensor?[plan.Nodes.Length];
        var next = 0;
        try
        {
            for (var index = 0; index < values.Length; index++)
            {
                values[index] = plan.Nodes[index].Operator is Input
                    ? Layout(inputs[next++])
                    : Run(plan.Nodes[index], values, training, plan.InPlace[index]);
                foreach (var released in plan.ReleasedAfter[index])
                {
                    values[released]!.Dispose();
                    values[released] = null;
                }
            }

            return Take(values, wanted);
        }
        finally
        {
            Release(values);
        }
    }

    private Tensor Run(Node node, Tensor?[] values, bool training, bool inPlace) =>
        Run(node, values, _parameterOf, training, inPlace);

    private Tensor Run(Node node, Tensor?[] values, Func<string, Tensor> parameterOf, bool training, bool inPlace)
    {
        var inputs = new Tensor[node.Inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            inputs[i] = values[node.Inputs[i]]!;
        }

        var parameters = new Tensor[node.Parameters.Length];
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i] = parameterOf(node.Parameters[i]);
        }

        try
        {
            return node.Operator.Run(new(inputs, parameters, training, inPlace, Generator));
        }
        catch (TorchException error)
        {
            throw new TorchException($"Node '{node.Name}': {error.Message}", error)
            {
                IsOutOfMemory = error.IsOutOfMemory,
            };
        }
    }

    private Tensor Layout(Tensor input) =>
        input.Rank == 4 && !input.IsContiguous(MemoryFormat) ? input.Contiguous(MemoryFormat) : input.Alias();

    // Nodes in their order, what is released after each, and which of them overwrite their input.
    internal sealed record Plan(
        ImmutableArray<Node> Nodes, ImmutableArray<int> Outputs, ImmutableArray<ImmutableArray<int>> ReleasedAfter,
        ImmutableArray<bool> InPlace)
    {
        public static Plan Of(Graph graph)
        {
            var readers = graph.ReaderCounts();
            return new(
                graph.Nodes,
                [.. graph.Outputs.Distinct()],
                graph.ReleasedAfter(),
                [.. graph.Nodes.Select(node => CanRunInPlace(graph, node, readers))]);
        }

        private static bool CanRunInPlace(Graph graph, Node node, ImmutableArray<int> readers) =>
            node.Operator.CanRunInPlace
            && readers[node.Inputs[0]] == 1
            && graph.Nodes[node.Inputs[0]].Operator.OutputMayBeOverwritten;
    }
}

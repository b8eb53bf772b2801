using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs;

/// <summary>
/// Runs a graph on libtorch. It owns the intermediate values and releases each after its last use; autograd keeps what backward needs.
/// </summary>
public sealed class Executor
{
    private readonly Graph _graph;
    private readonly ParameterTable _parameters;
    private readonly ImmutableArray<ImmutableArray<int>> _releasedAfter;
    private readonly bool[] _inPlace;
    private MemoryFormat _memoryFormat = MemoryFormat.Contiguous;

    public Executor(Graph graph, ParameterTable parameters)
    {
        _graph = graph;
        _parameters = parameters;
        var uses = CountUses(graph);
        _releasedAfter = graph.ReleasedAfter();
        _inPlace = [.. graph.Nodes.Select(node => CanRunInPlace(graph, node, uses))];
    }

    /// <summary>The layout of four-dimensional weights and values; setting it converts the weights.</summary>
    public MemoryFormat MemoryFormat
    {
        get => _memoryFormat;
        set
        {
            _memoryFormat = value;
            using var _ = Autograd.NoGrad();
            foreach (var spec in _graph.Parameters)
            {
                if (spec.Shape.Length == 4 && !_parameters[spec.Name].IsContiguous(value))
                {
                    using var detached = _parameters[spec.Name].Detach();
                    _parameters.Replace(spec.Name, detached.Contiguous(value));
                }
            }
        }
    }

    /// <summary>The graph's first output for a batch, owned by the caller.</summary>
    public Tensor Forward(Tensor input, bool training) => Compute(input, training, [_graph.Outputs[0]])[0];

    /// <summary>The graph's outputs for a batch, each once, owned by the caller.</summary>
    public IReadOnlyList<Tensor> ForwardAll(Tensor input, bool training) => Compute(input, training, [.. _graph.Outputs.Distinct()]);

    private Tensor[] Compute(Tensor input, bool training, ImmutableArray<int> wanted)
    {
        var values = new Tensor?[_graph.Nodes.Length];
        try
        {
            for (var index = 0; index < values.Length; index++)
            {
                var node = _graph.Nodes[index];
                values[index] = node.Operator is Operators.Input ? Layout(input) : Run(index, values, training);
                foreach (var released in _releasedAfter[index])
                {
                    values[released]!.Dispose();
                    values[released] = null;
                }
            }

            var outputs = new Tensor[wanted.Length];
            for (var i = 0; i < outputs.Length; i++)
            {
                (outputs[i], values[wanted[i]]) = (values[wanted[i]]!, null);
            }

            return outputs;
        }
        finally
        {
            foreach (var value in values)
            {
                value?.Dispose();
            }
        }
    }

    private Tensor Run(int index, Tensor?[] values, bool training)
    {
        var node = _graph.Nodes[index];
        var inputs = new Tensor[node.Inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            inputs[i] = values[node.Inputs[i]]!;
        }

        var parameters = new Tensor[node.Parameters.Length];
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i] = _parameters[node.Parameters[i]];
        }

        try
        {
            return node.Operator.Run(new(inputs, parameters, training, _inPlace[index]));
        }
        catch (TorchException error)
        {
            throw new TorchException($"Node '{node.Name}': {error.Message}", error);
        }
    }

    private Tensor Layout(Tensor input) =>
        input.Rank == 4 && !input.IsContiguous(_memoryFormat) ? input.Contiguous(_memoryFormat) : input.Alias();

    private static int[] CountUses(Graph graph)
    {
        var uses = new int[graph.Nodes.Length];
        foreach (var input in graph.Nodes.SelectMany(node => node.Inputs).Concat(graph.Outputs))
        {
            uses[input]++;
        }

        return uses;
    }

    private static bool CanRunInPlace(Graph graph, Node node, int[] uses) =>
        node.Operator.CanRunInPlace
        && uses[node.Inputs[0]] == 1
        && graph.Nodes[node.Inputs[0]].Operator.OutputMayBeOverwritten;
}

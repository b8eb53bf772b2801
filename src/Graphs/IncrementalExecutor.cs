using System.Collections.Immutable;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs;

/// <summary>
/// Runs a network of causal attention on a text that grows: the keys and values of earlier tokens are kept, so that
/// each token is computed once. The outputs are those of <see cref="Network.Forward(Tensor, bool)"/> on the whole
/// text, for inference.
/// </summary>
public sealed class IncrementalExecutor : IDisposable
{
    private readonly Graph _graph;
    private readonly ParameterTable _parameters;
    private readonly ImmutableArray<int> _dimensions;
    private readonly ImmutableArray<ImmutableArray<int>> _released;
    private readonly Dictionary<int, (Tensor Keys, Tensor Values)> _kept = [];

    /// <summary>Prepares to run a network, of whole size or cut.</summary>
    /// <param name="graph">What is computed. Its only input is a sequence of tokens [1, L].</param>
    /// <param name="parameters">A tensor for each parameter of the graph, lent.</param>
    /// <exception cref="OcsInputException">
    /// The network takes something else, or an operator mixes positions in another way than causal attention.
    /// </exception>
    public IncrementalExecutor(Graph graph, ParameterTable parameters)
    {
        (_graph, _parameters) = (graph, parameters);
        _dimensions = SequenceDimensions.Of(graph);
        _released = graph.ReleasedAfter();
        Limit = (int)graph.InputNodes.Single().Shape[1];
    }

    /// <summary>The most tokens of a text, L.</summary>
    public int Limit { get; }

    /// <summary>Tokens of the text so far.</summary>
    public int Count { get; private set; }

    /// <summary>Adds tokens to the text.</summary>
    /// <param name="tokens">
    /// The next ones of each text, [N, T], int64; N is the same until the next text begins.
    /// </param>
    /// <returns>The network's first output at their positions, [N, T, ...], owned by the caller.</returns>
    /// <exception cref="ArgumentException">The text would have more tokens than <see cref="Limit"/>.</exception>
    public Tensor Append(Tensor tokens)
    {
        if (tokens.Rank != 2 || Count + tokens.Shape[1] > Limit)
        {
            throw new ArgumentException(
                $"Tokens are [N, T], and a text has {Limit} at most; it has {Count}, and {tokens.Rank} dimensions "
                + $"[{string.Join(", ", tokens.Shape.ToArray())}] were given. Begin a new text with {nameof(Reset)}.",
                nameof(tokens));
        }

        using var _ = Autograd.NoGrad();
        var values = new Tensor?[_graph.Nodes.Length];
        try
        {
            for (var index = 0; index < values.Length; index++)
            {
                values[index] = _graph.Nodes[index].Operator is Input
                    ? tokens.Alias()
                    : Run(index, values, tokens.Shape[1]);
                foreach (var released in _released[index])
                {
                    values[released]!.Dispose();
                    values[released] = null;
                }
            }

            Count += (int)tokens.Shape[1];
            var first = _graph.Outputs[0];
            var output = values[first]!;
            values[first] = null;
            return output;
        }
        finally
        {
            Array.ForEach(values, value => value?.Dispose());
        }
    }

    /// <summary>Begins a new text.</summary>
    public void Reset()
    {
        Dispose();
        _kept.Clear();
        Count = 0;
    }

    /// <summary>Releases what is kept of the text.</summary>
    public void Dispose()
    {
        foreach (var (keys, values) in _kept.Values)
        {
            keys.Dispose();
            values.Dispose();
        }
    }

    private Tensor Run(int index, Tensor?[] values, long count)
    {
        var node = _graph.Nodes[index];
        Tensor[] inputs = [.. node.Inputs.Select(input => Lent(input, index, values, count))];
        try
        {
            if (node.Operator is ScaledDotProductAttention attention)
            {
                var (keys, given) = Kept(index, inputs[1], inputs[2]);
                return attention.Attend(inputs[0], keys, given);
            }

            var op = node.Operator is Reshape reshape && _dimensions[index] is >= 0 and var dimension
                ? reshape with { Shape = reshape.Shape.SetItem(dimension, count) }
                : node.Operator;
            return op.Run(new(inputs, [.. node.Parameters.Select(name => _parameters[name])], false, false));
        }
        finally
        {
            Array.ForEach(inputs, input => input.Dispose());
        }
    }

    // A value that is the same for every text is read at the new positions where it has one for each.
    private Tensor Lent(int input, int reader, Tensor?[] values, long count)
    {
        var (value, dimension) = (values[input]!, _dimensions[reader]);
        return _dimensions[input] == SequenceDimensions.None && dimension != SequenceDimensions.None
            && value.Shape[dimension] > 1
            ? Aten.Narrow(value, dimension, Count, count)
            : value.Alias();
    }

    private (Tensor Keys, Tensor Values) Kept(int index, Tensor keys, Tensor values)
    {
        if (_kept.TryGetValue(index, out var before))
        {
            _kept[index] = (Aten.Cat([before.Keys, keys], -2), Aten.Cat([before.Values, values], -2));
            before.Keys.Dispose();
            before.Values.Dispose();
        }
        else
        {
            _kept[index] = (keys.Alias(), values.Alias());
        }

        return _kept[index];
    }
}

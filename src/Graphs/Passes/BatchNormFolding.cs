using System.Collections.Immutable;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Passes;

/// <summary>
/// Makes batch norms part of the convolution, transposed convolution or linear layer before them, which computes the
/// same in inference: weights times s = γ / sqrt(variance + ε), and the bias becomes (bias - mean) s + β.
/// </summary>
/// <remarks>
/// Only where nothing else reads the layer's output, and no other layer its parameters. A linear layer's output [N, C]
/// may be reshaped to [N, C, 1, 1] before the norm.
/// </remarks>
public sealed class BatchNormFolding
{
    private readonly Graph _graph;
    private readonly ParameterTable _parameters;
    private readonly ImmutableArray<int> _readers;
    private readonly ILookup<string, int> _owners;
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<string, ParameterSpec> _newBiases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    private BatchNormFolding(Graph graph, ParameterTable parameters)
    {
        _graph = graph;
        _parameters = parameters;
        _readers = graph.ReaderCounts();
        _owners = Enumerable.Range(0, graph.Nodes.Length)
            .SelectMany(node => graph.Nodes[node].Parameters.Select(name => (name, node)))
            .ToLookup(pair => pair.name, pair => pair.node, StringComparer.Ordinal);
    }

    /// <summary>The network without the norms that could be folded, and its weights, which the caller owns.</summary>
    public static (Graph Graph, ParameterTable Parameters) Fold(Graph graph, ParameterTable parameters)
    {
        using var _ = Autograd.NoGrad();
        return new BatchNormFolding(graph, parameters).Apply();
    }

    private (Graph Graph, ParameterTable Parameters) Apply()
    {
        try
        {
            var places = new int[_graph.Nodes.Length];
            for (var index = 0; index < places.Length; index++)
            {
                var node = _graph.Nodes[index];
                var inputs = node.Inputs.Select(input => places[input]).ToImmutableArray();
                if (node.Operator is BatchNorm2d norm && LayerBefore(index, inputs[0]) is { } layer)
                {
                    FoldInto(layer, norm, node);
                    places[index] = inputs[0];
                }
                else
                {
                    places[index] = _nodes.Count;
                    _nodes.Add(node with { Inputs = inputs });
                }
            }

            return Result([.. _graph.Outputs.Select(output => places[output])]);
        }
        catch
        {
            foreach (var tensor in _tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }
    }

    // The place of the layer whose output a norm reads.
    private int? LayerBefore(int norm, int place)
    {
        var input = _graph.Nodes[norm].Inputs[0];
        if (_readers[input] != 1)
        {
            return null;
        }

        var before = _nodes[place];
        if (before.Operator is Reshape && before.Shape is [1, _, 1, 1] && _graph.Nodes[input].Operator is Reshape)
        {
            (input, place) = (_graph.Nodes[input].Inputs[0], before.Inputs[0]);
            before = _nodes[place];
            return before.Operator is Linear && before.Shape.Length == 2 && _readers[input] == 1
                && OwnsItsParameters(before)
                ? place
                : null;
        }

        return before.Operator is Convolution or TransposedConvolution && OwnsItsParameters(before) ? place : null;
    }

    private bool OwnsItsParameters(Node layer) =>
        layer.Parameters.All(name => _newBiases.ContainsKey(name) || _owners[name].Count() == 1);

    private void FoldInto(int place, BatchNorm2d norm, Node node)
    {
        var layer = _nodes[place];
        var (gamma, beta) = (Double(node.Parameters[0]), Double(node.Parameters[1]));
        var (mean, variance) = (Double(node.Parameters[2]), Double(node.Parameters[3]));
        double[] scale = [.. gamma.Select((g, channel) => g / Math.Sqrt(variance[channel] + norm.Epsilon))];
        var bias = layer.Parameters.Length > 1 ? Double(layer.Parameters[1]) : new double[scale.Length];
        double[] folded = [.. bias.Select((b, channel) => (b - mean[channel]) * scale[channel] + beta[channel])];
        using var like = Current(layer.Parameters[0]).Alias();
        if (layer.Parameters.Length == 1)
        {
            layer = layer with { Parameters = layer.Parameters.Add(NewBias(layer, folded.Length)) };
            _nodes[place] = layer;
        }

        Put(layer.Parameters[0], Scaled(layer.Operator, like, scale));
        Put(layer.Parameters[1], Typed(folded, [folded.Length], like));
    }

    // Weights [O, ...], or [C, O / groups, ...] of a transposed convolution.
    private static Tensor Scaled(Operator op, Tensor weight, double[] scale)
    {
        long[] shape = [.. weight.Shape];
        var (parts, factors) = op is TransposedConvolution { Groups: var groups }
            ? ([groups, shape[0] / groups, .. shape[1..]], [groups, 1, shape[1], .. shape[2..].Select(_ => 1L)])
            : (shape, (long[])[shape[0], .. shape[1..].Select(_ => 1L)]);
        using var exact = weight.To(DType.Float64);
        using var apart = Aten.Reshape(exact, parts);
        using var factor = Tensor.FromArray<double>(scale, factors);
        using var onDevice = factor.To(weight.Device);
        using var product = Aten.Mul(apart, onDevice);
        using var joined = Aten.Reshape(product, shape);
        return joined.To(weight.DType);
    }

    private string NewBias(Node layer, int channels)
    {
        var name = $"{layer.Name}.bias";
        while (_graph.HasParameter(name) || _newBiases.ContainsKey(name))
        {
            name += "_folded";
        }

        _newBiases.Add(name, new(name, [channels], ParameterRole.Bias, Initialization.Constant(0)));
        return name;
    }

    private (Graph Graph, ParameterTable Parameters) Result(ImmutableArray<int> outputs)
    {
        var used = _nodes.SelectMany(node => node.Parameters).Distinct(StringComparer.Ordinal).ToList();
        var graph = _graph with
        {
            Nodes = [.. _nodes],
            Parameters = [.. used.Select(name => _newBiases.GetValueOrDefault(name) ?? _graph.Parameter(name))],
            Outputs = outputs,
        };
        GraphVerifier.Verify(graph);
        foreach (var name in used.Where(name => !_tensors.ContainsKey(name)))
        {
            using var detached = _parameters[name].Detach();
            _tensors.Add(name, detached.Clone());
        }

        return (graph, ParameterTable.FromTensors(graph, _tensors));
    }

    private Tensor Current(string name) => _tensors.TryGetValue(name, out var folded) ? folded : _parameters[name];

    private double[] Double(string name)
    {
        using var detached = Current(name).Detach();
        using var here = detached.To(Device.Cpu);
        using var exact = here.To(DType.Float64);
        return exact.ToArray<double>();
    }

    private static Tensor Typed(double[] values, ReadOnlySpan<long> shape, Tensor like)
    {
        using var exact = Tensor.FromArray<double>(values, shape);
        using var typed = exact.To(like.DType);
        return typed.To(like.Device);
    }

    private void Put(string name, Tensor tensor)
    {
        if (_tensors.Remove(name, out var old))
        {
            old.Dispose();
        }

        _tensors.Add(name, tensor);
    }
}

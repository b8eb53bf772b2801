using System.Collections.Immutable;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Passes;

/// <summary>
/// Puts a batch norm behind every convolution of a network that has none, so that it computes what it did: γ is the
/// deviation of the convolution's values over some images, and β their mean. So a network whose norms were folded can
/// be trained again.
/// </summary>
internal static class NormInsertion
{
    private const double Epsilon = 1e-5;
    private const double Momentum = 0.1;

    /// <summary>The network with norms, and its weights, which the caller owns.</summary>
    /// <param name="graph">A network of one input.</param>
    /// <param name="parameters">Its weights, which are copied.</param>
    /// <param name="batches">Images [N, C, H, W] to measure on; each is used before the next is taken.</param>
    public static (
        Graph Graph,
        ParameterTable Parameters) Apply(Graph graph, ParameterTable parameters, IEnumerable<Tensor> batches)
    {
        using var _ = Autograd.NoGrad();
        ImmutableArray<int> convolutions =
        [
            .. Enumerable.Range(0, graph.Nodes.Length).Where(node => IsConvolution(graph.Nodes[node])),
        ];
        var norms = convolutions.Select(node => new Norm(graph, graph.Nodes[node])).ToList();
        try
        {
            Measure(graph with { Outputs = convolutions }, parameters, batches, norms);
            var normed = Insert(graph, norms.Zip(convolutions).ToDictionary(pair => pair.Second, pair => pair.First));
            GraphVerifier.Verify(normed);
            var tensors = parameters.Names.ToDictionary(
                name => name, name => Copy(parameters[name]), StringComparer.Ordinal);
            foreach (var norm in norms)
            {
                norm.Release(tensors);
            }

            return (normed, ParameterTable.FromTensors(normed, tensors));
        }
        finally
        {
            norms.ForEach(norm => norm.Dispose());
        }
    }

    private static bool IsConvolution(Node node) => node.Operator is Convolution or TransposedConvolution;

    private static void Measure(Graph graph, ParameterTable parameters, IEnumerable<Tensor> batches, List<Norm> norms)
    {
        var executor = new Executor(graph, parameters);
        var seen = 0;
        foreach (var batch in batches)
        {
            seen++;
            foreach (var (values, norm) in executor.ForwardAll([batch], training: false).Zip(norms))
            {
                using (values)
                {
                    norm.Observe(values, 1.0 / seen);
                }
            }
        }
    }

    private static Graph Insert(Graph graph, Dictionary<int, Norm> norms)
    {
        var nodes = ImmutableArray.CreateBuilder<Node>();
        var parameters = graph.Parameters.ToBuilder();
        var places = new int[graph.Nodes.Length];
        for (var index = 0; index < places.Length; index++)
        {
            var node = graph.Nodes[index];
            nodes.Add(node with { Inputs = [.. node.Inputs.Select(input => places[input])] });
            if (norms.TryGetValue(index, out var norm))
            {
                nodes.Add(
                    new(
                        norm.Name,
                        new BatchNorm2d(Epsilon, Momentum),
                        [nodes.Count - 1],
                        [.. norm.Specs.Select(spec => spec.Name)],
                        node.Shape));
                parameters.AddRange(norm.Specs);
            }

            places[index] = nodes.Count - 1;
        }

        var used = nodes.SelectMany(node => node.Parameters).Distinct(StringComparer.Ordinal);
        var byName = parameters.ToDictionary(spec => spec.Name, StringComparer.Ordinal);
        return graph with
        {
            Nodes = nodes.ToImmutable(),
            Parameters = [.. used.Select(name => byName[name])],
            Outputs = [.. graph.Outputs.Select(output => places[output])],
        };
    }

    private static Tensor Copy(Tensor tensor)
    {
        using var detached = tensor.Detach();
        return detached.Clone();
    }

    /// <summary>A norm to be: the parameters of its layer's output.</summary>
    private sealed class Norm : IDisposable
    {
        private readonly Tensor _ones;
        private readonly Tensor _zeros;
        private readonly Tensor _mean;
        private readonly Tensor _variance;

        public Norm(Graph graph, Node convolution)
        {
            var channels = convolution.Shape[1];
            Name = $"{convolution.Name}.norm";
            while (graph.Nodes.Any(node => node.Name == Name) || graph.HasParameter($"{Name}.weight"))
            {
                Name += "_inserted";
            }

            ParameterSpec Vector(string part, ParameterRole role, double value) =>
                new($"{Name}.{part}", [channels], role, Initialization.Constant(value));

            Specs =
            [
                Vector("weight", ParameterRole.NormWeight, 1),
                Vector("bias", ParameterRole.NormBias, 0),
                Vector("running_mean", ParameterRole.Buffer, 0),
                Vector("running_var", ParameterRole.Buffer, 1),
                new($"{Name}.num_batches_tracked", [], ParameterRole.Counter, Initialization.Constant(0)),
            ];
            (_ones, _zeros) = (Tensor.Full([channels], 1), Tensor.Full([channels], 0));
            (_mean, _variance) = (Tensor.Full([channels], 0), Tensor.Full([channels], 1));
        }

        public string Name { get; }

        public ImmutableArray<ParameterSpec> Specs { get; }

        /// <summary>Adds a batch to the statistics; with 1/n as momentum they are the means of all n.</summary>
        public void Observe(Tensor values, double momentum)
        {
            using var normed = Aten.BatchNorm(
                values, _ones, _zeros, _mean, _variance, training: true, momentum, Epsilon);
        }

        /// <summary>Gives the five parameters: values leave such a norm as they came.</summary>
        public void Release(Dictionary<string, Tensor> tensors)
        {
            using var shifted = Aten.Add(_variance, Epsilon);
            tensors.Add(Specs[0].Name, Aten.Sqrt(shifted));
            tensors.Add(Specs[1].Name, _mean.Clone());
            tensors.Add(Specs[2].Name, _mean.Clone());
            tensors.Add(Specs[3].Name, _variance.Clone());
            tensors.Add(Specs[4].Name, Tensor.Full([], 0, DType.Int64));
        }

        public void Dispose()
        {
            _ones.Dispose();
            _zeros.Dispose();
            _mean.Dispose();
            _variance.Dispose();
        }
    }
}

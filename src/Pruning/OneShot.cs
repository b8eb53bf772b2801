using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Saliency;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning;

/// <summary>Cuts a trained network once, without training it.</summary>
public static class OneShot
{
    private const ulong ProbeSeed = 0;
    private const int ProbeBatch = 4;

    extension(Network network)
    {
        /// <summary>The small network of a trained one, with its record and its proof. The trained one stays as it is.</summary>
        /// <param name="options">How much is to leave, and what; <see cref="SaliencyKind.Taylor"/> needs the parameters' gradients.</param>
        /// <param name="probe">A batch of each input on which the cut is proven; random numbers where none is given.</param>
        /// <exception cref="OcsInputException">An option is out of range, or the target cannot be reached.</exception>
        /// <exception cref="UnprovenCutException">The small network is not the whole one without its pruned channels.</exception>
        public ProvenCut Prune(PruneOptions options, params Tensor[] probe)
        {
            var search = new SubnetworkSearch(network.Graph, options);
            return network.Cut(search, search.Find(network.Parameters), probe);
        }

        /// <summary>The same with a sub-network that is found already.</summary>
        /// <inheritdoc cref="Prune" path="/param[@name='probe']"/>
        /// <inheritdoc cref="Prune" path="/exception"/>
        /// <param name="search">What found it.</param>
        /// <param name="partition">The sub-network.</param>
        public ProvenCut Cut(SubnetworkSearch search, Partition partition, params Tensor[] probe)
        {
            if (probe.Length > 0)
            {
                return ProvenCut.Make(search, partition, network.Parameters, probe);
            }

            var random = Probe(network.Graph, network.Parameters);
            try
            {
                return ProvenCut.Make(search, partition, network.Parameters, random);
            }
            finally
            {
                Array.ForEach(random, tensor => tensor.Dispose());
            }
        }
    }

    // A batch of each input: row 0 of a table where it is looked up in one, else random numbers.
    private static Tensor[] Probe(Graph graph, ParameterTable parameters)
    {
        using var generator = new Generator(ProbeSeed);
        var device = parameters[parameters.Names[0]].Device;
        return [.. Enumerable.Range(0, graph.Nodes.Length).Where(index => graph.Nodes[index].Operator is Input).Select(index =>
        {
            using var probe = Tensor.Zeros([ProbeBatch, .. graph.Nodes[index].Shape.AsSpan()[1..]]);
            if (!graph.Nodes.Any(reader => reader.Operator is Embedding && reader.Inputs.Contains(index)))
            {
                Aten.NormalInPlace(probe, 0, 1, generator);
            }

            return probe.To(device);
        })];
    }
}

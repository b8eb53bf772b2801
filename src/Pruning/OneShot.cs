using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Saliency;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning;

/// <summary>Cuts a trained network once, without training it.</summary>
public static class OneShot
{
    private const ulong ProbeSeed = 0;
    private const int ProbeBatch = 4;

    /// <summary>The small network of a trained one, with its record and its proof.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="parameters">Its parameters, lent; the criterion <see cref="SaliencyKind.Taylor"/> needs their gradients.</param>
    /// <param name="options">How much is to leave, and what.</param>
    /// <param name="probe">A batch of each input on which the cut is proven; random numbers where none is given.</param>
    /// <exception cref="OcsInputException">An option is out of range, or the target cannot be reached.</exception>
    /// <exception cref="UnprovenCutException">The small network is not the whole one without its pruned channels.</exception>
    public static ProvenCut Prune(Graph graph, ParameterTable parameters, PruneOptions options, params Tensor[] probe)
    {
        var search = new SubnetworkSearch(graph, options);
        return Cut(search, search.Find(parameters), parameters, probe);
    }

    /// <summary>The same with a sub-network that is found already.</summary>
    public static ProvenCut Cut(SubnetworkSearch search, Search.Partition partition, ParameterTable parameters, params Tensor[] probe)
    {
        if (probe.Length > 0)
        {
            return ProvenCut.Make(search, partition, parameters, probe);
        }

        var random = Probe(search.Coupling.Graph, parameters);
        try
        {
            return ProvenCut.Make(search, partition, parameters, random);
        }
        finally
        {
            Array.ForEach(random, tensor => tensor.Dispose());
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

using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Pruning.Surgery;

/// <summary>
/// The plan of a cut: the network before and after, and the indices of each parameter that stay. It can be applied to
/// weights, buffers and any tensor with the shape of a parameter, such as momentum.
/// </summary>
public sealed class CutPlan
{
    private readonly Dictionary<string, ImmutableArray<int[]>> _kept;

    private CutPlan(Graph before, Graph after, Dictionary<string, ImmutableArray<int[]>> kept)
    {
        Before = before;
        After = after;
        _kept = kept;
    }

    /// <summary>The whole network.</summary>
    public Graph Before { get; }

    /// <summary>The small network.</summary>
    public Graph After { get; }

    /// <summary>Plans the cut of a network to a sub-network; the graph after it is verified.</summary>
    public static CutPlan Create(CouplingGraph coupling, Subnetwork subnetwork)
    {
        var graph = coupling.Graph;
        var kept = new Dictionary<string, ImmutableArray<int[]>>(StringComparer.Ordinal);
        for (var parameter = 0; parameter < graph.Parameters.Length; parameter++)
        {
            var index = parameter;
            kept.Add(
                graph.Parameters[parameter].Name,
                [
                    .. graph.Parameters[parameter].Shape.Select(
                        (_, dimension) => coupling.KeptOfParameter(index, dimension, subnetwork)),
                ]);
        }

        return new(graph, Rewrite(coupling, subnetwork, kept), kept);
    }

    /// <summary>
    /// New tensors of the kept slices, for the graph after the cut; the given table is left as it is.
    /// </summary>
    internal ParameterTable Apply(ParameterTable parameters) => Map(After, parameters, Apply);

    /// <summary>The kept slices of a tensor that has the shape of a parameter, owned by the caller.</summary>
    /// <param name="parameter">The parameter's name.</param>
    /// <param name="tensor">The tensor, in the shape of the parameter before the cut; it stays as it is.</param>
    public Tensor Apply(string parameter, Tensor tensor) =>
        Map(tensor, detached => Coordinates.Select(detached, _kept[parameter]));

    /// <summary>The cut that leads from what a cut leaves to what a narrower one of the same network does.</summary>
    internal static CutPlan Between(CutPlan wider, CutPlan narrower) => new(
        wider.After,
        narrower.After,
        wider._kept.ToDictionary(
            pair => pair.Key,
            pair =>
                pair.Value
                    .Select((kept, dimension) => PositionsIn(kept, narrower._kept[pair.Key][dimension]))
                    .ToImmutableArray(),
            StringComparer.Ordinal));

    /// <summary>
    /// The opposite of <see cref="Apply(ParameterTable)"/>: tables of the graph before the cut whose other slices are
    /// zero.
    /// </summary>
    public ParameterTable Expand(ParameterTable parameters) => Map(Before, parameters, Expand);

    /// <summary>The opposite of <see cref="Apply(string, Tensor)"/>; the caller owns the tensor.</summary>
    public Tensor Expand(string parameter, Tensor tensor) =>
        Map(tensor, detached => Coordinates.Expand(detached, _kept[parameter], Before.Parameter(parameter).Shape));

    /// <summary>
    /// A copy of the full network's parameters in which every slice that leaves is 0, biases and statistics included.
    /// </summary>
    internal ParameterTable Zeroed(ParameterTable parameters)
    {
        var copy = parameters.Clone(Before);
        using var _ = Autograd.NoGrad();
        foreach (var spec in Before.Parameters)
        {
            for (var dimension = 0; dimension < spec.Shape.Length; dimension++)
            {
                var gone = Enumerable.Range(0, (int)spec.Shape[dimension])
                    .Except(_kept[spec.Name][dimension])
                    .ToArray();
                if (gone.Length == 0)
                {
                    continue;
                }

                using var index = Coordinates.Index(gone, copy[spec.Name].Device);
                Aten.Call("aten::index_fill_", "int_Scalar", copy[spec.Name], dimension, index, 0.0)[0].Dispose();
            }
        }

        return copy;
    }

    private static ParameterTable Map(Graph graph, ParameterTable parameters, Func<string, Tensor, Tensor> change) =>
        ParameterTable.FromTensors(
            graph,
            parameters.Names.ToDictionary(
                name => name, name => change(name, parameters[name]), StringComparer.Ordinal));

    private static Tensor Map(Tensor tensor, Func<Tensor, Tensor> change)
    {
        using var _ = Autograd.NoGrad();
        using var detached = tensor.Detach();
        using var changed = change(detached);
        return changed.Clone();
    }

    // Both ascend, and the second is contained in the first.
    private static int[] PositionsIn(int[] wider, int[] narrower) =>
        [.. narrower.Select(index => Array.BinarySearch(wider, index))];

    private static Graph Rewrite(
        CouplingGraph coupling, Subnetwork subnetwork, Dictionary<string, ImmutableArray<int[]>> kept)
    {
        var graph = coupling.Graph;
        var parameters = graph.Parameters
            .Select(spec => spec with { Shape = [.. kept[spec.Name].Select(indices => (long)indices.Length)] })
            .ToImmutableArray();
        return graph.Rewrite(
            parameters, (index, _) => graph.Nodes[index].Operator.Cut(new NodeCut(coupling, subnetwork, index)));
    }
}

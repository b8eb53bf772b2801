using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Pruning.Surgery;

/// <summary>Compares what two networks compute.</summary>
internal static class OutputComparison
{
    /// <summary>What a network gives in inference, owned by the caller.</summary>
    public static IReadOnlyList<Tensor> Outputs(Graph graph, ParameterTable parameters, Tensor[] batch)
    {
        using var _ = Autograd.NoGrad();

        // Weights in another memory layout are run by other kernels, which round differently.
        return new Executor(graph, parameters, MemoryFormat.Contiguous).ForwardAll(batch, training: false);
    }

    /// <summary>
    /// The largest difference of a network's outputs from others, relative to the largest of its own.
    /// </summary>
    public static double RelativeDifference(
        Graph graph, ParameterTable parameters, Tensor[] batch, IReadOnlyList<Tensor> others)
    {
        var outputs = Outputs(graph, parameters, batch);
        try
        {
            // Linq's Max would ignore NaN.
            return outputs.Zip(others, RelativeDifference).Aggregate(0.0, Math.Max);
        }
        finally
        {
            Release(outputs);
        }
    }

    /// <summary>Disposes outputs.</summary>
    public static void Release(IEnumerable<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            tensor.Dispose();
        }
    }

    /// <summary>The largest difference of two tensors, relative to the largest number of the first.</summary>
    public static double RelativeDifference(Tensor a, Tensor b)
    {
        if (!a.Shape.SequenceEqual(b.Shape))
        {
            return double.PositiveInfinity;
        }

        using var difference = Aten.Sub(a, b);
        using var absolute = Aten.Abs(difference);
        using var largest = Aten.Max(absolute);
        using var magnitudes = Aten.Abs(a);
        using var scale = Aten.Max(magnitudes);
        return largest.Item<double>() / Math.Max(scale.Item<double>(), 1e-12);
    }

    /// <summary>Only on failure: where the whole network has values that are not finite; null if nowhere.</summary>
    public static string? FirstNotFinite(Graph reference, ParameterTable full, ParameterTable zeroed, Tensor[] batch)
    {
        if (full.FirstNotFinite is { } name)
        {
            return $"The weights of the network are not finite, '{name}' first.";
        }

        using var _ = Autograd.NoGrad();
        for (var index = 0; index < reference.Nodes.Length; index++)
        {
            using var values = new Executor(reference with { Outputs = [index] }, zeroed)
                .Forward(batch, training: false);
            if (!IsFinite(values))
            {
                return $"The values of the network are not finite from node '{reference.Nodes[index].Name}' on, "
                    + "before anything is cut.";
            }
        }

        return null;
    }

    /// <summary>
    /// Only on failure: runs both networks up to each node in turn, and names the first whose kept coordinates differ.
    /// </summary>
    public static string FirstDifference(
        CouplingGraph coupling,
        Subnetwork subnetwork,
        Graph reference,
        Graph after,
        ParameterTable zeroed,
        ParameterTable cut,
        Tensor[] batch)
    {
        using var _ = Autograd.NoGrad();
        for (var index = 0; index < reference.Nodes.Length; index++)
        {
            if (reference.Nodes[index].Operator is Graphs.Operators.Input)
            {
                continue;
            }

            ImmutableArray<int> here = [index];
            using var full = new Executor(reference with { Outputs = here }, zeroed).Forward(batch, training: false);
            using var small = new Executor(after with { Outputs = here }, cut).Forward(batch, training: false);
            int[]?[] kept =
            [
                null,
                .. Enumerable.Range(1, Math.Max(0, full.Rank - 1))
                    .Select(dimension => coupling.KeptOf(index, Axis.Output(dimension), subnetwork)),
            ];
            using (var expected = Coordinates.Select(full, kept))
            {
                // Not ">", so that NaN counts as a difference.
                if (!(RelativeDifference(expected, small) <= PruneProofGate.Tolerance))
                {
                    var node = reference.Nodes[index];
                    return $"The cut network differs from the full one first at node '{node.Name}' ({node.Operator}); "
                        + "the cut was undone.";
                }
            }
        }

        return "The outputs differ, though no node does.";
    }

    /// <summary>Whether all numbers of a tensor are finite.</summary>
    public static bool IsFinite(Tensor tensor)
    {
        using var magnitudes = Aten.Abs(tensor);
        using var largest = Aten.Max(magnitudes);
        return double.IsFinite(largest.Item<double>());
    }
}

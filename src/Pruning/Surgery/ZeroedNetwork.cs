using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Pruning.Surgery;

/// <summary>
/// The full network as it is before a cut, with every slice that leaves set to zero. Where zero channels would not be what absent ones
/// are (statistics over channels, a quotient 0 / 0), the operator sees only the channels that stay, and the others are zero after it.
/// </summary>
internal sealed class ZeroedNetwork(CouplingGraph coupling, Subnetwork subnetwork, CutPlan plan, ParameterTable full, ParameterTable cut)
    : IDisposable
{
    private readonly ParameterTable _zeroed = plan.Zeroed(full);
    private readonly Dictionary<int, int> _lastUse = plan.Before.Nodes
        .SelectMany((node, index) => node.Inputs.Select(input => (input, index)))
        .GroupBy(use => use.input)
        .ToDictionary(uses => uses.Key, uses => uses.Max(use => use.index));

    public void Dispose() => _zeroed.Dispose();

    /// <summary>The value of a node for a batch in evaluation, in its shape before the cut; the caller owns it.</summary>
    public Tensor Evaluate(int node, Tensor batch)
    {
        using var _ = Autograd.NoGrad();
        var values = new Tensor?[node + 1];
        try
        {
            for (var index = 0; index <= node; index++)
            {
                values[index] = Run(index, values, batch);
                foreach (var input in plan.Before.Nodes[index].Inputs.Where(input => _lastUse[input] == index))
                {
                    values[input]?.Dispose();
                    values[input] = null;
                }
            }

            return values[node]!.Alias();
        }
        finally
        {
            Array.ForEach(values, value => value?.Dispose());
        }
    }

    /// <summary>What stays of a node's value; the caller owns it.</summary>
    public Tensor Select(int node, Tensor value)
    {
        var current = value.Alias();
        for (var dimension = 1; dimension < value.Rank; dimension++)
        {
            using var index = Index(node, dimension, value.Device);
            using var whole = current;
            current = Aten.IndexSelect(whole, dimension, index);
        }

        return current;
    }

    private Tensor Run(int index, Tensor?[] values, Tensor batch)
    {
        var node = plan.Before.Nodes[index];
        if (node.Operator is Graphs.Operators.Input)
        {
            return batch.Alias();
        }

        Tensor[] inputs = [.. node.Inputs.Select(input => values[input]!)];
        if (!node.Operator.ChangesWhenChannelsLeave)
        {
            Tensor[] parameters = [.. node.Parameters.Select(name => _zeroed[name])];
            return node.Operator.Run(new(inputs, parameters, training: false, inPlace: false));
        }

        Tensor[] kept = [.. node.Inputs.Select(input => Select(input, values[input]!))];
        try
        {
            Tensor[] parameters = [.. node.Parameters.Select(name => cut[name])];
            using var small = plan.After.Nodes[index].Operator.Run(new(kept, parameters, training: false, inPlace: false));
            return Spread(index, small);
        }
        finally
        {
            Array.ForEach(kept, tensor => tensor.Dispose());
        }
    }

    private Tensor Spread(int node, Tensor value)
    {
        var current = value.Alias();
        for (var dimension = 1; dimension < value.Rank; dimension++)
        {
            using var index = Index(node, dimension, value.Device);
            using var narrow = current;
            long[] wide = [.. narrow.Shape];
            wide[dimension] = plan.Before.Nodes[node].Shape[dimension];
            current = Tensor.Zeros(wide, narrow.DType, narrow.Device);
            Aten.Call("aten::index_copy_", "", current, dimension, index, narrow)[0].Dispose();
        }

        return current;
    }

    private Tensor Index(int node, int dimension, Device device)
    {
        var kept = coupling.KeptOf(node, Axis.Output(dimension), subnetwork);
        using var onCpu = Tensor.FromArray<long>([.. kept.Select(index => (long)index)], [kept.Length]);
        return onCpu.To(device);
    }
}

using Ocs.Graphs.Operators;
using Ocs.Graphs.Passes;
using Ocs.Torch;

namespace Ocs.Graphs;

/// <summary>
/// Finds the node of a network that cannot be trained under autocast. Not every operator of libtorch supports every
/// type, and an error of a backward pass does not name the node. Weights and statistics of the training are not
/// changed.
/// </summary>
internal static class NodeTrial
{
    /// <summary>
    /// Runs each node of a training step forward and then backward, by itself, on what the nodes before it gave; null
    /// where all can.
    /// </summary>
    /// <param name="graph">The network.</param>
    /// <param name="parameters">Its weights, which are copied.</param>
    /// <param name="inputs">A batch of each input, such as images [N, C, H, W].</param>
    /// <param name="format">How values lie in memory.</param>
    /// <param name="autocast">The narrow type; null for float32.</param>
    public static NodeFault? FirstFault(
        Graph graph, ParameterTable parameters, IReadOnlyList<Tensor> inputs, MemoryFormat format, DType? autocast)
    {
        using var copies = parameters.Clone(graph);
        _ = new Executor(graph, copies, format);
        using var generator = new Generator(0);
        var plan = Executor.Plan.Of(NormFusion.Apply(graph));
        var values = new Tensor?[plan.Nodes.Length];
        var next = 0;
        try
        {
            for (var index = 0; index < values.Length; index++)
            {
                var node = plan.Nodes[index];
                try
                {
                    values[index] = node.Operator is Input
                        ? Laid(inputs[next++], format)
                        : Run(plan, index, values, copies, generator, autocast);
                }
                catch (TorchException error)
                {
                    return new(node, error);
                }

                foreach (var value in plan.ReleasedAfter[index])
                {
                    values[value]!.Dispose();
                    values[value] = null;
                }
            }

            return null;
        }
        finally
        {
            foreach (var value in values)
            {
                value?.Dispose();
            }
        }
    }

    private static Tensor Laid(Tensor input, MemoryFormat format) =>
        input.Rank == 4 ? input.Contiguous(format) : input.Alias();

    // The output, apart from what it was computed from. It may be computed in its input's place, which then has its
    // type.
    private static Tensor Run(
        Executor.Plan plan,
        int index,
        Tensor?[] values,
        ParameterTable parameters,
        Generator generator,
        DType? autocast)
    {
        var node = plan.Nodes[index];
        Tensor[] inputs = [.. node.Inputs.Select(input => Apart(values[input]!))];
        try
        {
            using var output = Forward(
                node,
                inputs,
                [.. node.Parameters.Select(name => parameters[name])],
                plan.InPlace[index],
                generator,
                autocast);
            if (output.RequiresGrad)
            {
                using var square = Aten.Mul(output, output);
                using var mean = Aten.Mean(square);
                Autograd.Backward(mean);
                parameters.ClearGradients();
            }

            return output.Detach();
        }
        finally
        {
            Array.ForEach(inputs, input => input.Dispose());
        }
    }

    private static Tensor Forward(
        Node node, Tensor[] inputs, Tensor[] parameters, bool inPlace, Generator generator, DType? autocast)
    {
        using var _ = Autocast.To(autocast, inputs.Concat(parameters).FirstOrDefault()?.Device.Kind ?? DeviceKind.Cpu);
        return node.Operator.Run(new(inputs, parameters, training: true, inPlace, generator));
    }

    // A copy that gradients flow to, and which may be overwritten.
    private static Tensor Apart(Tensor value)
    {
        using var leaf = value.Detach();
        leaf.RequiresGrad = leaf.DType is DType.Float32 or DType.BFloat16 or DType.Float16;
        return leaf.Clone();
    }
}

/// <summary>A node that failed, and what libtorch said.</summary>
internal sealed record NodeFault(Node Node, TorchException Error);

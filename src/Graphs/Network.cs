using System.Diagnostics.CodeAnalysis;
using Ocs.Torch;

namespace Ocs.Graphs;

/// <summary>A graph with its parameters: what is loaded, run, pruned and saved. It owns the parameters.</summary>
/// <remarks>
/// A network of images takes [N, C, H, W] and gives [N, classes], in 32-bit floats, on the device of its parameters.
/// </remarks>
/// <param name="graph">What is computed.</param>
/// <param name="parameters">A tensor for each parameter of the graph; the network disposes them.</param>
/// <param name="record">What was cut; null for a network that never was.</param>
public sealed class Network(Graph graph, ParameterTable parameters, PruningRecord? record = null) : IDisposable
{
    private readonly int _inputs = graph.InputNodes.Count();

    private Executor? _executor;

    /// <summary>What is computed.</summary>
    public Graph Graph { get; } = graph;

    /// <summary>Weights, biases and buffers, owned by the network.</summary>
    public ParameterTable Parameters { get; } = parameters;

    /// <summary>What was cut; null for a network that never was.</summary>
    public PruningRecord? Record { get; } = record;

    /// <summary>Multiply-accumulates of one sample.</summary>
    public long Macs => Graph.Macs;

    /// <summary>The number of trained values.</summary>
    public long ParameterCount => Graph.ParameterCount;

    private Executor Executor => _executor ??= new(Graph, Parameters);

    /// <summary>A network with random parameters, drawn as the graph says.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The network owns the parameters.")]
    public static Network Initialize(Graph graph, ulong seed = 0, Device device = default) =>
        new(graph, ParameterTable.Initialize(graph, seed, device));

    /// <summary>The first output for a batch of the only input; the caller owns it.</summary>
    /// <remarks>Gradients are recorded, as in libtorch. <see cref="Autograd.NoGrad"/> saves their memory.</remarks>
    /// <param name="images">The batch: images [N, C, H, W], or the input's shape with another dimension 0.</param>
    /// <param name="training">Whether norms and dropout train.</param>
    /// <exception cref="ArgumentException">The network has several inputs.</exception>
    /// <exception cref="TorchException">A node cannot compute on what it gets; the message names the node.</exception>
    public Tensor Forward(Tensor images, bool training = false) => Forward([images], training);

    /// <summary>The same for a batch of each input, in the order of <see cref="Graph.InputNames"/>.</summary>
    /// <exception cref="ArgumentException">There are more or fewer batches than inputs.</exception>
    public Tensor Forward(ReadOnlySpan<Tensor> inputs, bool training = false)
    {
        RequireAll(inputs);
        return Executor.Forward(inputs, training);
    }

    /// <summary>Every output for a batch of each input; the caller owns them.</summary>
    /// <remarks>
    /// They are in the order of <see cref="Graph.Outputs"/>. A value that is an output twice is there once.
    /// </remarks>
    /// <exception cref="ArgumentException">There are more or fewer batches than inputs.</exception>
    public IReadOnlyList<Tensor> ForwardAll(ReadOnlySpan<Tensor> inputs, bool training = false)
    {
        RequireAll(inputs);
        return Executor.ForwardAll(inputs, training);
    }

    /// <summary>The network on a device, owned by the caller.</summary>
    /// <remarks>On the device where it is, both share the memory of their tensors.</remarks>
    [SuppressMessage("Reliability", "CA2000", Justification = "The network owns the parameters.")]
    public Network To(Device device) => new(Graph, Parameters.To(device), Record);

    /// <summary>Releases the parameters.</summary>
    public void Dispose() => Parameters.Dispose();

    private void RequireAll(ReadOnlySpan<Tensor> inputs)
    {
        if (inputs.Length != _inputs)
        {
            throw new ArgumentException(
                $"{Graph.Name} takes {_inputs} inputs ({string.Join(", ", Graph.InputNames)}), "
                + $"but {inputs.Length} were given: give a batch for each.",
                nameof(inputs));
        }
    }
}

using Ocs.Torch;

namespace Ocs.Graphs;

/// <summary>The arguments of an operator's run rule: tensors that it may read, but must not dispose.</summary>
public readonly ref struct RunContext(
    ReadOnlySpan<Tensor> inputs,
    ReadOnlySpan<Tensor> parameters,
    bool training,
    bool inPlace,
    Generator? generator = null)
{
    /// <summary>The values that the node reads, in its order. The first dimension is the batch.</summary>
    public ReadOnlySpan<Tensor> Inputs { get; } = inputs;

    /// <summary>The node's parameters, in its order.</summary>
    public ReadOnlySpan<Tensor> Parameters { get; } = parameters;

    /// <summary>Whether the network is trained: norms take the batch's statistics, dropout drops.</summary>
    public bool Training { get; } = training;

    /// <summary>
    /// Whether the first input may be overwritten; the output is then an alias of it. Only for operators that can.
    /// </summary>
    public bool InPlace { get; } = inPlace;

    /// <summary>
    /// The random generator on a CPU, used by dropout for example; null for the generator of the process.
    /// </summary>
    public Generator? Generator { get; } = generator;

    /// <summary>The first input.</summary>
    public Tensor Input => Inputs[0];

    /// <summary>The parameter at a position, or null when the node has fewer.</summary>
    public Tensor? ParameterOrNull(int index) => index < Parameters.Length ? Parameters[index] : null;
}

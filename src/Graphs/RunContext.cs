using Ocs.Torch;

namespace Ocs.Graphs;

/// <summary>What an operator's run rule gets: tensors that it may read, never dispose.</summary>
public readonly ref struct RunContext(
    ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> parameters, bool training, bool inPlace, Generator? generator = null)
{
    public ReadOnlySpan<Tensor> Inputs { get; } = inputs;

    public ReadOnlySpan<Tensor> Parameters { get; } = parameters;

    public bool Training { get; } = training;

    public bool InPlace { get; } = inPlace;

    /// <summary>What dropout and its like draw from on a CPU; null for the generator of the process.</summary>
    public Generator? Generator { get; } = generator;

    public Tensor Input => Inputs[0];

    /// <summary>The parameter at a position, or null when the node has fewer.</summary>
    public Tensor? ParameterOrNull(int index) => index < Parameters.Length ? Parameters[index] : null;
}

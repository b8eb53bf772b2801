using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// One layer and direction of a GRU (Cho et al. 2014, arXiv 1406.1078), [N, T, I] -> [N, T, H]. Further input: the
/// state before the first step [N, H], or none for zeros. Parameters as PyTorch's: weights [3H, I] and [3H, H], rows
/// reset gate, update gate and candidate, and optionally biases [3H] and [3H].
/// </summary>
/// <remarks>
/// More layers and directions are more nodes, so that each keeps a hidden size of its own after a cut.
/// </remarks>
/// <param name="Reverse">Whether it runs from the last step to the first.</param>
/// <param name="ResetsBefore">
/// Whether the reset gate works on the state before the product with the candidate's weight, as in the paper, or on
/// that product, as PyTorch does. libtorch has no operator of the first: its steps are computed one by one.
/// </param>
/// <param name="Activations">Other functions than the usual ones, or null.</param>
public sealed record Gru(bool Reverse = false, bool ResetsBefore = false, GateActivations? Activations = null)
    : Operator
{
    private const int Gates = 3;
    private const int States = 1;

    public override ImmutableArray<long> InferShape(NodeShapes shapes) => Recurrence.InferShape(shapes, Gates, States);

    public override Tensor Run(in RunContext context)
    {
        Tensor[] parameters = [.. context.Parameters];
        var training = context.Training;
        return Recurrence.Run(context, Reverse, States, (input, states) => (
            ResetsBefore || Activations is not null
                ? SteppedRecurrence.Gru(input, states[0], parameters, ResetsBefore, Activations ?? new())
                : Aten.Gru(input, states[0], parameters, training),
            null));
    }

    public override ImmutableArray<MacsTerm> Macs(NodeShapes shapes) => Recurrence.Macs(shapes);

    public override void Couple(ICoupling coupling) => Recurrence.Couple(coupling);

    public override bool KeepsZeroChannels(NodeShapes shapes) => Activations?.KeepsZero ?? true;

    public override string ToString()
    {
        string?[] words =
        [
            Reverse ? "reverse" : null, ResetsBefore ? "resets before" : null,
            Activations is { } other ? $"{other.Gates}, {other.Candidate}" : null,
        ];
        var said = string.Join(", ", words.OfType<string>());
        return said.Length == 0 ? nameof(Gru) : $"Gru({said})";
    }
}

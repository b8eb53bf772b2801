using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// One layer and direction of an LSTM (Hochreiter and Schmidhuber 1997), [N, T, I] -> [N, T, H]. Further inputs: hidden
/// state and cell before the first step, [N, H] each, or none for zeros. Parameters as PyTorch's: weights [4H, I] and
/// [4H, H], rows input, forget, cell and output gate, and optionally biases [4H] and [4H].
/// </summary>
/// <remarks>
/// More layers and directions are more nodes, so that each keeps a hidden size of its own after a cut.
/// </remarks>
/// <param name="Reverse">Whether it runs from the last step to the first.</param>
/// <param name="WithCell">
/// Whether the cell after the last of its steps stands behind the outputs: [N, T + 1, H].
/// </param>
/// <param name="Peepholes">
/// Whether gates look at the cell (Gers and Schmidhuber 2000): a last parameter [3H] for input, forget and output gate.
/// </param>
/// <param name="Activations">Other functions than the usual ones, or null.</param>
public sealed record Lstm(
    bool Reverse = false, bool WithCell = false, bool Peepholes = false, GateActivations? Activations = null) : Operator
{
    private const int Gates = 4;
    private const int States = 2;
    private const int PeepholeParts = 3;

    public override ImmutableArray<long> InferShape(NodeShapes shapes) =>
        Recurrence.InferShape(shapes, Gates, States, WithCell ? 1 : 0, Peepholes ? PeepholeParts : 0);

    public override Tensor Run(in RunContext context)
    {
        Tensor[] parameters = [.. context.Parameters];
        var training = context.Training;
        return Recurrence.Run(context, Reverse, States, (input, states) =>
        {
            var (steps, cell) = Peepholes || Activations is not null
                ? SteppedRecurrence.Lstm(
                    input,
                    states,
                    Peepholes ? parameters.AsSpan()[..^1] : parameters,
                    Peepholes ? parameters[^1] : null,
                    Activations ?? new())
                : Aten.Lstm(input, states[0], states[1], parameters, training);
            using (cell)
            {
                return (steps, WithCell ? Aten.Unsqueeze(cell, 1) : null);
            }
        });
    }

    public override ImmutableArray<MacsTerm> Macs(NodeShapes shapes) => Recurrence.Macs(shapes);

    public override void Couple(ICoupling coupling) => Recurrence.Couple(coupling);

    public override bool KeepsZeroChannels(NodeShapes shapes) => Activations?.KeepsZero ?? true;

    public override string ToString()
    {
        string?[] words =
        [
            Reverse ? "reverse" : null, WithCell ? "with the last cell" : null, Peepholes ? "peepholes" : null,
            Activations is { } other ? $"{other.Gates}, {other.Candidate}, {other.Output}" : null,
        ];
        var said = string.Join(", ", words.OfType<string>());
        return said.Length == 0 ? nameof(Lstm) : $"Lstm({said})";
    }
}

using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// One layer and direction of an LSTM (Hochreiter and Schmidhuber 1997), [N, T, I] -> [N, T, H], from zero states.
/// Parameters as PyTorch's: weights [4H, I] and [4H, H], rows input, forget, cell and output gate, and optionally
/// biases [4H] and [4H].
/// </summary>
/// <remarks>
/// More layers and directions are more nodes, so that each keeps a hidden size of its own after a cut.
/// </remarks>
public sealed record Lstm(bool Reverse = false) : Operator
{
    private const int Gates = 4;

    public override ImmutableArray<long> InferShape(NodeShapes shapes) => Recurrence.InferShape(shapes, Gates);

    public override Tensor Run(in RunContext context) => Recurrence.Run(context, Reverse, Aten.Lstm);

    public override ImmutableArray<MacsTerm> Macs(NodeShapes shapes) => Recurrence.Macs(shapes);

    public override void Couple(ICoupling coupling) => Recurrence.Couple(coupling, Gates);

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => Reverse ? "Lstm(reverse)" : nameof(Lstm);
}

using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// One layer and direction of a GRU (Cho et al. 2014, arXiv 1406.1078), [N, T, I] -> [N, T, H], from a zero state.
/// Parameters as PyTorch's: weights [3H, I] and [3H, H], rows reset gate, update gate and candidate, and optionally
/// biases [3H] and [3H].
/// </summary>
/// <remarks>
/// More layers and directions are more nodes, so that each keeps a hidden size of its own after a cut.
/// </remarks>
public sealed record Gru(bool Reverse = false) : Operator
{
    private const int Gates = 3;

    public override ImmutableArray<long> InferShape(NodeShapes shapes) => Recurrence.InferShape(shapes, Gates);

    public override Tensor Run(in RunContext context) => Recurrence.Run(context, Reverse, Aten.Gru);

    public override ImmutableArray<MacsTerm> Macs(NodeShapes shapes) => Recurrence.Macs(shapes);

    public override void Couple(ICoupling coupling) => Recurrence.Couple(coupling, Gates);

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => Reverse ? "Gru(reverse)" : nameof(Gru);
}

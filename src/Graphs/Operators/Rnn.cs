using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// One layer and direction of a recurrent network without gates (Elman 1990), [N, T, I] -> [N, T, H]: h' = f(W x + b +
/// R h + c) with tanh, or ReLU. Further input: the state before the first step [N, H], or none for zeros. Parameters as
/// PyTorch's: W [H, I], R [H, H], and optionally b [H] and c [H].
/// </summary>
public sealed record Rnn(bool Reverse = false, bool Relu = false) : Operator
{
    private const int Gates = 1;
    private const int States = 1;

    public override ImmutableArray<long> InferShape(NodeShapes shapes) => Recurrence.InferShape(shapes, Gates, States);

    public override Tensor Run(in RunContext context)
    {
        Tensor[] parameters = [.. context.Parameters];
        var training = context.Training;
        return Recurrence.Run(context, Reverse, States, (input, states) => (
            Aten.Rnn(input, states[0], parameters, training, Relu), null));
    }

    public override ImmutableArray<MacsTerm> Macs(NodeShapes shapes) => Recurrence.Macs(shapes);

    public override void Couple(ICoupling coupling) => Recurrence.Couple(coupling);

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"Rnn({(Reverse ? "reverse, " : "")}{(Relu ? "relu" : "tanh")})";
}

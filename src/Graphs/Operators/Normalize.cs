using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Division by the length of the last dimension's vector, x / max(‖x‖₂, 1e-12): what cosine attention compares.
/// </summary>
public sealed record Normalize : Operator
{
    // PyTorch's default.
    internal const double Smallest = 1e-12;

    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        return shapes.Inputs[0];
    }

    public override Tensor Run(in RunContext context)
    {
        using var norms = Aten.VectorNorm(context.Input, 2, [-1], keepDimensions: true);
        using var safe = Aten.Clamp(norms, min: Smallest);
        return Aten.Div(context.Input, safe);
    }

    // Channels that are zero add nothing to the length.
    public override void Couple(ICoupling coupling) => TieElementwise(coupling);

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => nameof(Normalize);
}

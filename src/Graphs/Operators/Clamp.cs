using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>Each element within bounds: those below are the lowest, those above the highest.</summary>
/// <param name="Lowest">The lower bound.</param>
/// <param name="Highest">The upper bound, above the lower one.</param>
public sealed record Clamp(double Lowest, double Highest) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        return double.IsFinite(Lowest) && double.IsFinite(Highest) && Lowest < Highest
            ? shapes.Inputs[0]
            : throw shapes.Error($"its lower bound {Lowest} is not below its upper bound {Highest}");
    }

    public override Tensor Run(in RunContext context) => Aten.Clamp(context.Input, Lowest, Highest);

    public override void Couple(ICoupling coupling) => TieElementwise(coupling);

    public override bool KeepsZeroChannels(NodeShapes shapes) => Lowest <= 0 && Highest >= 0;

    public override string ToString() => $"Clamp({Lowest}, {Highest})";
}

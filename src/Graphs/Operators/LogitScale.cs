using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// A learnt factor a head, [N, ..., heads, L, d] times exp(min(p, <paramref name="Largest"/>)). Parameter: p
/// [heads, 1, 1]. Applied to the queries it is cosine attention's temperature (Liu et al. 2022, arXiv 2111.09883,
/// section 3.2).
/// </summary>
public sealed record LogitScale(double Largest) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, 1);
        var (input, parameter) = (shapes.Inputs[0], shapes.Parameters[0]);
        return input.Length >= 4 && parameter.SequenceEqual([input[^3], 1, 1])
            ? input
            : throw shapes.Error($"scale {NodeShapes.Show(parameter)} does not fit input {NodeShapes.Show(input)}");
    }

    public override Tensor Run(in RunContext context)
    {
        using var clamped = Aten.Clamp(context.Parameters[0], max: Largest);
        using var scale = Aten.Exp(clamped);
        return Aten.Mul(context.Input, scale);
    }

    public override void Couple(ICoupling coupling)
    {
        TieElementwise(coupling);
        coupling.Tie(Axis.Parameter(0, 0), Axis.Output(coupling.Shapes.Output.Length - 3));
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"LogitScale(at most {Largest:0.####})";
}

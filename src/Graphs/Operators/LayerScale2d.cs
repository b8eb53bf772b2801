using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// A trained factor a channel of [N, C, H, W] (Touvron et al. 2021, arXiv 2103.17239). Parameter: factor [C, 1, 1], or
/// [C] as in SSD (Liu et al. 2016, arXiv 1512.02325, section 3.1).
/// </summary>
public sealed record LayerScale2d : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 1);
        shapes.RequireRank(0, 4);
        var channels = shapes.Inputs[0][1];
        return shapes.Parameters[0].SequenceEqual([channels, 1, 1]) || shapes.Parameters[0].SequenceEqual([channels])
            ? shapes.Inputs[0]
            : throw shapes.Error(
                $"factor {NodeShapes.Show(shapes.Parameters[0])} does not fit input "
                + $"{NodeShapes.Show(shapes.Inputs[0])}");
    }

    public override Tensor Run(in RunContext context)
    {
        using var factor = Aten.Reshape(context.Parameters[0], [-1, 1, 1]);
        return Aten.Mul(context.Input, factor);
    }

    public override void Couple(ICoupling coupling)
    {
        TieElementwise(coupling);
        coupling.Tie(Axis.Parameter(0, 0), Axis.Output(1));
    }

    public override bool OutputMayBeOverwritten => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => nameof(LayerScale2d);
}

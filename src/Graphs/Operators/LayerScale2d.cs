using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// A trained factor a channel of [N, C, H, W] (Touvron et al. 2021, arXiv 2103.17239). Parameter: factor [C, 1, 1].
/// </summary>
public sealed record LayerScale2d : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 1);
        shapes.RequireRank(0, 4);
        return shapes.Parameters[0].SequenceEqual([shapes.Inputs[0][1], 1, 1])
            ? shapes.Inputs[0]
            : throw shapes.Error(
                $"factor {NodeShapes.Show(shapes.Parameters[0])} does not fit input "
                + $"{NodeShapes.Show(shapes.Inputs[0])}");
    }

    public override Tensor Run(in RunContext context) => Aten.Mul(context.Input, context.Parameters[0]);

    public override void Couple(ICoupling coupling)
    {
        TieElementwise(coupling);
        coupling.Tie(Axis.Parameter(0, 0), Axis.Output(1));
    }

    public override bool OutputMayBeOverwritten => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => nameof(LayerScale2d);
}

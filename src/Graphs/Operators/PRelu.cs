using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// max(x, 0) + slope * min(x, 0) with a trained slope (He et al. 2015, arXiv 1502.01852), [N, C, ...]. Parameter: slope
/// [1], or [C] for one a channel.
/// </summary>
public sealed record PRelu : Operator
{
    private static readonly Axis Slope = Axis.Parameter(0, 0);

    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 1);
        var (input, slope) = (shapes.Inputs[0], shapes.Parameters[0]);
        return input.Length >= 2 && slope.Length == 1 && (slope[0] == 1 || slope[0] == input[1])
            ? input
            : throw shapes.Error(
                $"slope {NodeShapes.Show(slope)} is neither one nor one a channel of input {NodeShapes.Show(input)}");
    }

    public override Tensor Run(in RunContext context) => Aten.PRelu(context.Input, context.Parameters[0]);

    public override void Couple(ICoupling coupling)
    {
        TieElementwise(coupling);
        if (coupling.Shapes.Size(Slope) > 1)
        {
            coupling.Tie(Slope, Axis.Output(1));
        }
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => nameof(PRelu);
}

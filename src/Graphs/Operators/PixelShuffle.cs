using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Squares of r * r channels become squares of positions, [N, C r r, H, W] -> [N, C, H r, W r] (Shi et al. 2016, arXiv
/// 1609.05158). A channel leaves with the r * r that it is made of.
/// </summary>
public sealed record PixelShuffle(int Factor) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 4);
        var input = shapes.Inputs[0];
        return Factor >= 1 && input[1] % (Factor * Factor) == 0
            ? [input[0], input[1] / (Factor * Factor), input[2] * Factor, input[3] * Factor]
            : throw shapes.Error(
                $"the channels of input {NodeShapes.Show(input)} do not divide into squares of {Factor}x{Factor}");
    }

    public override Tensor Run(in RunContext context) => Aten.PixelShuffle(context.Input, Factor);

    public override void Couple(ICoupling coupling)
    {
        for (var channel = 0L; channel < coupling.Shapes.Inputs[0][1]; channel++)
        {
            coupling.Tie(Axis.Input(0, 1), channel, Axis.Output(1), channel / (Factor * Factor));
        }
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"PixelShuffle({Factor})";
}

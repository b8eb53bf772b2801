using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Squares of r * r positions become channels, [N, C, H r, W r] -> [N, C r r, H, W]: the inverse of
/// <see cref="PixelShuffle"/>.
/// </summary>
public sealed record PixelUnshuffle(int Factor) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 4);
        var input = shapes.Inputs[0];
        return Factor >= 1 && input[2] % Factor == 0 && input[3] % Factor == 0
            ? [input[0], input[1] * Factor * Factor, input[2] / Factor, input[3] / Factor]
            : throw shapes.Error(
                $"the positions of input {NodeShapes.Show(input)} do not divide into squares of {Factor}x{Factor}");
    }

    public override Tensor Run(in RunContext context) => Aten.PixelUnshuffle(context.Input, Factor);

    public override void Couple(ICoupling coupling)
    {
        for (var channel = 0L; channel < coupling.Shapes.Output[1]; channel++)
        {
            coupling.Tie(Axis.Input(0, 1), channel / (Factor * Factor), Axis.Output(1), channel);
        }
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"PixelUnshuffle({Factor})";
}

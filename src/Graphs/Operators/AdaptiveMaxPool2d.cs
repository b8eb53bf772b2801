using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Largest value of windows chosen so that the output has a given size, [N, C, H, W] -> [N, C, H', W'].
/// </summary>
public sealed record AdaptiveMaxPool2d(Pair Size) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 4);
        return Size.Height < 1 || Size.Width < 1
            ? throw shapes.Error($"size {Size} must be at least 1")
            : [shapes.Inputs[0][0], shapes.Inputs[0][1], Size.Height, Size.Width];
    }

    public override Tensor Run(in RunContext context) => Aten.AdaptiveMaxPool2d(context.Input, Size.Height, Size.Width);

    public override void Couple(ICoupling coupling) => coupling.Tie(Axis.Input(0, 1), Axis.Output(1));

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"AdaptiveMaxPool2d({Size})";
}

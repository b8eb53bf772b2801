using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>Mean over windows chosen so that the output has a given size, [N, C, H, W] -> [N, C, H', W'].</summary>
public sealed record AdaptiveAveragePool2d(Pair Size) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) => Window.AdaptiveShape(shapes, Size.Sizes);

    public override Tensor Run(in RunContext context) => Aten.AdaptiveAvgPool2d(context.Input, Size.Height, Size.Width);

    public override void Couple(ICoupling coupling) => coupling.Tie(Axis.Input(0, 1), Axis.Output(1));

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"AdaptiveAveragePool2d({Size})";
}

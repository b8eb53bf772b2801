using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Mean over windows chosen so that the output has a given size, [N, C, D, H, W] -> [N, C, D', H', W'].
/// </summary>
public sealed record AdaptiveAveragePool3d(Triple Size) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) => Window.AdaptiveShape(shapes, Size.Sizes);

    public override Tensor Run(in RunContext context) => Aten.AdaptiveAvgPool3d(context.Input, Size.Sizes);

    public override void Couple(ICoupling coupling) => coupling.Tie(Axis.Input(0, 1), Axis.Output(1));

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"AdaptiveAveragePool3d({Size})";
}

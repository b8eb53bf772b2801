using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Mean of each window, [N, C, H, W] -> [N, C, H', W']. Padding counts as zeros, or not at all; what overhangs the
/// padding in ceil mode never counts.
/// </summary>
public sealed record AveragePool2d(
    Pair Kernel, Pair Stride, Pair Padding, bool CeilMode = false, bool CountPadding = true) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) =>
        Window.PoolShape(shapes, Kernel.Sizes, Stride.Sizes, Padding.Sizes, CeilMode);

    public override Tensor Run(in RunContext context) => Aten.AvgPool2d(
        context.Input,
        [Kernel.Height, Kernel.Width],
        [Stride.Height, Stride.Width],
        [Padding.Height, Padding.Width],
        CeilMode,
        CountPadding);

    public override void Couple(ICoupling coupling) => coupling.Tie(Axis.Input(0, 1), Axis.Output(1));

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() =>
        $"AveragePool2d({Kernel}, stride {Stride}, padding {Padding}"
        + $"{(CeilMode ? ", ceil" : "")}{(CountPadding ? "" : ", padding not counted")})";
}

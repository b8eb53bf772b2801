using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Mean of each window, [N, C, D, H, W] -> [N, C, D', H', W']. Padding counts as zeros, or not at all; what overhangs
/// the padding in ceil mode never counts.
/// </summary>
public sealed record AveragePool3d(
    Triple Kernel, Triple Stride, Triple Padding, bool CeilMode = false, bool CountPadding = true) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) =>
        Window.PoolShape(shapes, Kernel.Sizes, Stride.Sizes, Padding.Sizes, CeilMode);

    public override Tensor Run(in RunContext context) => Aten.AvgPool3d(
        context.Input, Kernel.Sizes, Stride.Sizes, Padding.Sizes, CeilMode, CountPadding);

    public override void Couple(ICoupling coupling) => coupling.Tie(Axis.Input(0, 1), Axis.Output(1));

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() =>
        $"AveragePool3d({Kernel}, stride {Stride}, padding {Padding}"
        + $"{(CeilMode ? ", ceil" : "")}{(CountPadding ? "" : ", padding not counted")})";
}

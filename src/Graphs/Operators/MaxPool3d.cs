using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Largest value of each window, [N, C, D, H, W] -> [N, C, D', H', W']. In ceil mode windows that overhang the volume
/// count, if they begin in it or in the padding before it.
/// </summary>
public sealed record MaxPool3d(
    Triple Kernel, Triple Stride, Triple Padding, Triple Dilation, bool CeilMode = false) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) =>
        Window.PoolShape(shapes, Kernel.Sizes, Stride.Sizes, Padding.Sizes, CeilMode, Dilation.Sizes);

    public override Tensor Run(in RunContext context) => Aten.MaxPool3d(
        context.Input, Kernel.Sizes, Stride.Sizes, Padding.Sizes, Dilation.Sizes, CeilMode);

    public override void Couple(ICoupling coupling) => coupling.Tie(Axis.Input(0, 1), Axis.Output(1));

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() =>
        $"MaxPool3d({Kernel}, stride {Stride}, padding {Padding}"
        + $"{(Dilation == 1 ? "" : $", dilation {Dilation}")}{(CeilMode ? ", ceil" : "")})";
}

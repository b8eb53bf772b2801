using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Largest value of each window, [N, C, H, W] -> [N, C, H', W']. In ceil mode windows that overhang the image count, if
/// they begin in it or in the padding before it.
/// </summary>
public sealed record MaxPool2d(
    Pair Kernel, Pair Stride, Pair Padding, bool CeilMode = false, int Dilation = 1) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) =>
        Window.PoolShape(shapes, Kernel.Sizes, Stride.Sizes, Padding.Sizes, CeilMode, [Dilation, Dilation]);

    public override Tensor Run(in RunContext context) => Aten.MaxPool2d(
        context.Input,
        [Kernel.Height, Kernel.Width],
        [Stride.Height, Stride.Width],
        [Padding.Height, Padding.Width],
        [Dilation],
        CeilMode);

    public override void Couple(ICoupling coupling) => coupling.Tie(Axis.Input(0, 1), Axis.Output(1));

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() =>
        $"MaxPool2d({Kernel}, stride {Stride}, padding {Padding}"
        + $"{(Dilation == 1 ? "" : $", dilation {Dilation}")}{(CeilMode ? ", ceil" : "")})";
}

using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>Mean of each window (padding counts), [N, C, H, W] -> [N, C, H', W'].</summary>
public sealed record AveragePool2d(Pair Kernel, Pair Stride, Pair Padding) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) => Window.PoolShape(shapes, Kernel, Stride, Padding);

    public override Tensor Run(in RunContext context) => Aten.AvgPool2d(
        context.Input, [Kernel.Height, Kernel.Width], [Stride.Height, Stride.Width], [Padding.Height, Padding.Width]);

    public override void Couple(ICoupling coupling) => coupling.Tie(Axis.Input(0, 1), Axis.Output(1));

    public override string ToString() => $"AveragePool2d({Kernel}, stride {Stride}, padding {Padding})";
}

using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Three-dimensional convolution, of videos or volumes: [N, C, D, H, W] -> [N, O, D', H', W']. Parameters: weight
/// [O, C / groups, kD, kH, kW] and, optionally, bias [O].
/// </summary>
public sealed record Conv3d(
    Triple Stride, Triple Padding, Triple Dilation, int Groups, GroupPolicy Policy = GroupPolicy.SameIndex)
    : Convolution(Groups, Policy)
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) =>
        InferShape(shapes, Stride.Sizes, Padding.Sizes, Dilation.Sizes);

    public override Tensor Run(in RunContext context) => Aten.Conv3d(
        context.Input,
        context.Parameters[0],
        context.ParameterOrNull(1),
        Stride.Sizes,
        Padding.Sizes,
        Dilation.Sizes,
        Groups);

    public override string ToString() =>
        $"Conv3d(stride {Stride}, padding {Padding}"
        + $"{(Dilation == 1 ? "" : $", dilation {Dilation}")}{(Groups == 1 ? "" : $", groups {Groups}")})";
}

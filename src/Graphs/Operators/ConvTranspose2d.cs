using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Transposed two-dimensional convolution, the gradient of <see cref="Conv2d"/> by its input: [N, C, H, W] ->
/// [N, O, H', W'] with H' = (H - 1) stride - 2 padding + dilation (kH - 1) + output padding + 1. Parameters: weight
/// [C, O / groups, kH, kW] and, optionally, bias [O].
/// </summary>
public sealed record ConvTranspose2d(
    Pair Stride,
    Pair Padding,
    Pair OutputPadding,
    Pair Dilation,
    int Groups,
    GroupPolicy Policy = GroupPolicy.SameIndex) : TransposedConvolution(Groups, Policy)
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) =>
        InferShape(shapes, Stride.Sizes, Padding.Sizes, OutputPadding.Sizes, Dilation.Sizes);

    public override Tensor Run(in RunContext context) => Aten.ConvTranspose2d(
        context.Input,
        context.Parameters[0],
        context.ParameterOrNull(1),
        Stride.Sizes,
        Padding.Sizes,
        OutputPadding.Sizes,
        Groups,
        Dilation.Sizes);

    public override string ToString() =>
        $"ConvTranspose2d(stride {Stride}, padding {Padding}"
        + $"{(OutputPadding == 0 ? "" : $", output padding {OutputPadding}")}"
        + $"{(Dilation == 1 ? "" : $", dilation {Dilation}")}{(Groups == 1 ? "" : $", groups {Groups}")})";
}

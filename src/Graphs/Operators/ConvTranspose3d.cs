using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Transposed three-dimensional convolution, the gradient of <see cref="Conv3d"/> by its input: [N, C, D, H, W] ->
/// [N, O, D', H', W'] with sizes as those of <see cref="ConvTranspose2d"/>. Parameters: weight [C, O / groups, kD, kH,
/// kW] and, optionally, bias [O].
/// </summary>
public sealed record ConvTranspose3d(
    Triple Stride,
    Triple Padding,
    Triple OutputPadding,
    Triple Dilation,
    int Groups,
    GroupPolicy Policy = GroupPolicy.SameIndex) : TransposedConvolution(Groups, Policy)
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) =>
        InferShape(shapes, Stride.Sizes, Padding.Sizes, OutputPadding.Sizes, Dilation.Sizes);

    public override Tensor Run(in RunContext context) => Aten.ConvTranspose3d(
        context.Input,
        context.Parameters[0],
        context.ParameterOrNull(1),
        Stride.Sizes,
        Padding.Sizes,
        OutputPadding.Sizes,
        Groups,
        Dilation.Sizes);

    public override string ToString() =>
        $"ConvTranspose3d(stride {Stride}, padding {Padding}"
        + $"{(OutputPadding == 0 ? "" : $", output padding {OutputPadding}")}"
        + $"{(Dilation == 1 ? "" : $", dilation {Dilation}")}{(Groups == 1 ? "" : $", groups {Groups}")})";
}

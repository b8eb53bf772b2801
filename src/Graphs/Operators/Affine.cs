using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// x * scale + shift with constants that are not trained, one of each for all channels or one a channel of [N, C, ...]:
/// how a network changes the normalization of its images.
/// </summary>
public sealed record Affine(ImmutableArray<double> Scale, ImmutableArray<double> Shift) : Operator
{
    private static readonly Axis Channels = Axis.Output(1);

    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        var input = shapes.Inputs[0];
        return input.Length >= 2 && Fits(Scale, input[1]) && Fits(Shift, input[1])
            ? input
            : throw shapes.Error(
                $"scale and shift have one number or one a channel, and do not fit input {NodeShapes.Show(input)}");
    }

    public override Tensor Run(in RunContext context)
    {
        using var scale = Constants(Scale, context.Input);
        using var shift = Constants(Shift, context.Input);
        using var product = Aten.Mul(context.Input, scale);
        return Aten.Add(product, shift);
    }

    public override void Couple(ICoupling coupling) => TieElementwise(coupling);

    public override Operator Resize(NodeShapes before, NodeShapes after) => RequireUnchanged(before, after);

    public override Operator Cut(ICut cut) => new Affine(Kept(Scale, cut), Kept(Shift, cut));

    public override bool OutputMayBeOverwritten => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => Shift.All(shift => shift == 0);

    public override string ToString() => $"Affine([{string.Join(", ", Scale)}], [{string.Join(", ", Shift)}])";

    private static bool Fits(ImmutableArray<double> constants, long channels) =>
        !constants.IsDefault && (constants.Length == 1 || constants.Length == channels)
        && constants.All(double.IsFinite);

    private static ImmutableArray<double> Kept(ImmutableArray<double> constants, ICut cut) =>
        constants.Length == 1 ? constants : [.. cut.Kept(Channels).Select(channel => constants[channel])];

    private static Tensor Constants(ImmutableArray<double> values, Tensor like)
    {
        var shape = new long[like.Rank];
        Array.Fill(shape, 1);
        shape[1] = values.Length;
        using var tensor = Tensor.FromArray<double>(values.AsSpan(), shape);
        using var typed = tensor.To(like.DType);
        return typed.To(like.Device);
    }
}

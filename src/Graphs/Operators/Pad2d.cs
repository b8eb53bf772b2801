using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>What stands in the border that <see cref="Pad2d"/> adds.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PaddingMode>))]
public enum PaddingMode
{
    /// <summary>One value.</summary>
    Constant,

    /// <summary>The image mirrored at its first and last position, which is not repeated.</summary>
    Reflect,

    /// <summary>The first and last position.</summary>
    Replicate,
}

/// <summary>
/// A border around each image, [N, C, H, W] -> [N, C, H', W']: heights above and widths to the left, then below and to
/// the right.
/// </summary>
public sealed record Pad2d(
    Pair Before, Pair After, PaddingMode Mode = PaddingMode.Constant, double Value = 0) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 4);
        var input = shapes.Inputs[0];
        return Fits(Before.Height, After.Height, input[2]) && Fits(Before.Width, After.Width, input[3])
            ? [input[0], input[1], input[2] + Before.Height + After.Height, input[3] + Before.Width + After.Width]
            : throw shapes.Error(
                $"padding {Before} before and {After} after does not fit input {NodeShapes.Show(input)}");
    }

    public override Tensor Run(in RunContext context)
    {
        long[] border = [Before.Width, After.Width, Before.Height, After.Height];
        return Mode switch
        {
            PaddingMode.Constant => Aten.ConstantPad(context.Input, border, Value),
            PaddingMode.Reflect => Aten.ReflectionPad2d(context.Input, border),
            PaddingMode.Replicate => Aten.ReplicationPad2d(context.Input, border),
            _ => throw new InvalidOperationException($"Padding {Mode} has no run rule."),
        };
    }

    public override void Couple(ICoupling coupling) => coupling.Tie(Axis.Input(0, 1), Axis.Output(1));

    public override bool KeepsZeroChannels(NodeShapes shapes) => Mode != PaddingMode.Constant || Value == 0;

    public override string ToString() => $"Pad2d({Mode}, {Before} before, {After} after)";

    private bool Fits(int before, int after, long size) =>
        before >= 0 && after >= 0 && (Mode != PaddingMode.Reflect || Math.Max(before, after) < size);
}

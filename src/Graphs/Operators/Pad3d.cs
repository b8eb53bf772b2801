using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// A border around each volume, [N, C, D, H, W] -> [N, C, D', H', W']: planes in front, heights above and widths to the
/// left, then behind, below and to the right.
/// </summary>
public sealed record Pad3d(
    Triple Before, Triple After, PaddingMode Mode = PaddingMode.Constant, double Value = 0) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 5);
        var input = shapes.Inputs[0];
        var (before, after) = (Before.Sizes, After.Sizes);
        return before.Where((size, dimension) => !Fits(size, after[dimension], input[dimension + 2])).Any()
            ? throw shapes.Error(
                $"padding {Before} before and {After} after does not fit input {NodeShapes.Show(input)}")
            : [
                input[0], input[1],
                .. before.Select((size, dimension) => input[dimension + 2] + size + after[dimension]),
            ];
    }

    public override Tensor Run(in RunContext context)
    {
        long[] border = [Before.Width, After.Width, Before.Height, After.Height, Before.Depth, After.Depth];
        return Mode switch
        {
            PaddingMode.Constant => Aten.ConstantPad(context.Input, border, Value),
            PaddingMode.Reflect => Aten.ReflectionPad3d(context.Input, border),
            PaddingMode.Replicate => Aten.ReplicationPad3d(context.Input, border),
            _ => throw new InvalidOperationException($"Padding {Mode} has no run rule."),
        };
    }

    public override void Couple(ICoupling coupling) => coupling.Tie(Axis.Input(0, 1), Axis.Output(1));

    public override bool KeepsZeroChannels(NodeShapes shapes) => Mode != PaddingMode.Constant || Value == 0;

    public override string ToString() => $"Pad3d({Mode}, {Before} before, {After} after)";

    private bool Fits(long before, long after, long size) =>
        before >= 0 && after >= 0 && (Mode != PaddingMode.Reflect || Math.Max(before, after) < size);
}

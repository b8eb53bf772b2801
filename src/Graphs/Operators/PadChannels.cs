using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Channels of zeros before and after those of a value, [N, C, ...]: the shortcut of He et al. 2016 (arXiv 1512.03385,
/// section 3.3, option A). A channel of zeros leaves with what it is added to.
/// </summary>
public sealed record PadChannels(int Before, int After) : Operator
{
    private static readonly Axis Source = Axis.Input(0, 1);
    private static readonly Axis Channels = Axis.Output(1);

    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        var input = shapes.Inputs[0];
        return Before >= 0 && After >= 0 && input.Length >= 2
            ? input.SetItem(1, input[1] + Before + After)
            : throw shapes.Error(
                $"{Before} channels before and {After} after cannot be added to {NodeShapes.Show(input)}");
    }

    public override Tensor Run(in RunContext context)
    {
        // Two numbers a dimension, the last dimension first.
        var border = new long[2 * (context.Input.Rank - 1)];
        (border[^2], border[^1]) = (Before, After);
        return Aten.ConstantPad(context.Input, border, 0);
    }

    public override void Couple(ICoupling coupling)
    {
        TieElementwise(coupling, except: 1);
        coupling.Free(Channels);
        for (var channel = 0L; channel < coupling.Shapes.Size(Source); channel++)
        {
            coupling.Tie(Source, channel, Channels, Before + channel);
        }
    }

    public override Operator Resize(NodeShapes before, NodeShapes after) => RequireUnchanged(before, after);

    /// <summary>
    /// With so many channels of zeros in all. On which side they are is known only where there is one way to have that
    /// many, such as all or none.
    /// </summary>
    internal PadChannels WithZeros(long zeros, NodeShapes shapes)
    {
        var (fewestBefore, mostBefore) = (Math.Max(0, zeros - After), Math.Min(zeros, Before));
        return fewestBefore == mostBefore
            ? new((int)mostBefore, (int)(zeros - mostBefore))
            : throw shapes.Error("which of its channels of zeros stay cannot be known from the parameters' shapes");
    }

    public override Operator Cut(ICut cut)
    {
        var kept = cut.Kept(Channels);
        var last = Before + cut.Shapes.Size(Source);
        return new PadChannels(kept.Count(channel => channel < Before), kept.Count(channel => channel >= last));
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"PadChannels({Before} before, {After} after)";
}

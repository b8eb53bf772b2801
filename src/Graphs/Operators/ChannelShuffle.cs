using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Deals the channels of each group out over all groups: channel k of group g becomes channel k * groups + g (Zhang et
/// al. 2018, arXiv 1707.01083), [N, C, H, W].
/// </summary>
public sealed record ChannelShuffle(int Groups) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 4);
        return Groups >= 1 && shapes.Inputs[0][1] % Groups == 0
            ? shapes.Inputs[0]
            : throw shapes.Error(
                $"the channels of input {NodeShapes.Show(shapes.Inputs[0])} do not divide into {Groups} group(s)");
    }

    // Not aten::channel_shuffle: libtorch 1.13 has no derivative of it.
    public override Tensor Run(in RunContext context)
    {
        var shape = context.Input.Shape;
        using var groups = Aten.Reshape(context.Input, [shape[0], Groups, shape[1] / Groups, shape[2], shape[3]]);
        using var dealt = Aten.Transpose(groups, 1, 2);
        return Aten.Reshape(dealt, shape);
    }

    public override void Couple(ICoupling coupling)
    {
        TieElementwise(coupling, except: 1);
        var channels = coupling.Shapes.Output[1];
        for (var channel = 0L; channel < channels; channel++)
        {
            coupling.Tie(Axis.Input(0, 1), SourceOf(channel, channels), Axis.Output(1), channel);
        }
    }

    /// <summary>
    /// A shuffle again where equally many stay in each group at the same places, else the order written out.
    /// </summary>
    public override Operator Resize(NodeShapes before, NodeShapes after) => RequireUnchanged(before, after);

    public override Operator Cut(ICut cut)
    {
        var channels = cut.Shapes.Output[1];
        var sources = cut.Kept(Axis.Output(1)).Select(channel => (int)SourceOf(channel, channels));
        var order = SelectChannels.Follow(sources, cut.Kept(Axis.Input(0, 1)));
        return order.Length % Groups == 0
            && order.Select((source, channel) => source == SourceOf(channel, order.Length)).All(same => same)
            ? this
            : new SelectChannels(order);
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"ChannelShuffle(groups {Groups})";

    private long SourceOf(long channel, long channels) => channel % Groups * (channels / Groups) + channel / Groups;
}

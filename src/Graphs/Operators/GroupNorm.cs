using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Normalisation of each sample over the channels and positions of each of several groups of channels, [N, C, ...] (Wu
/// and He 2018, arXiv 1803.08494). Parameters: none, or weight [C] and bias [C].
/// </summary>
/// <remarks>
/// The same index leaves in every group, and the statistics run over what stays; whole groups may leave instead. With a
/// channel a group each leaves alone.
/// </remarks>
public sealed record GroupNorm(int Groups, double Epsilon, GroupPolicy Policy = GroupPolicy.SameIndex) : Operator
{
    private static readonly Axis Channels = Axis.Output(1);

    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, 0, 2);
        var input = shapes.Inputs[0];
        if (input.Length < 2 || Groups < 1 || input[1] % Groups != 0)
        {
            throw shapes.Error($"the channels of input {NodeShapes.Show(input)} do not divide into {Groups} group(s)");
        }

        foreach (var parameter in shapes.Parameters)
        {
            if (!parameter.SequenceEqual([input[1]]))
            {
                throw shapes.Error(
                    $"weight or bias {NodeShapes.Show(parameter)} does not fit input {NodeShapes.Show(input)}");
            }
        }

        return input;
    }

    public override Tensor Run(in RunContext context) =>
        Aten.GroupNorm(context.Input, Groups, context.ParameterOrNull(0), context.ParameterOrNull(1), Epsilon);

    public override void Couple(ICoupling coupling)
    {
        TieElementwise(coupling);
        for (var parameter = 0; parameter < coupling.Shapes.Parameters.Length; parameter++)
        {
            coupling.Tie(Axis.Parameter(parameter, 0), Channels);
        }

        if (LeavesByGroup(coupling.Shapes))
        {
            ChannelGroups.TieWhole(coupling, Channels, Channels, Groups);
        }
        else
        {
            ChannelGroups.TieSameIndex(coupling, Channels, Channels, Groups);
        }
    }

    public override Operator WithPolicies(SplitPolicy? split, GroupPolicy? groups) =>
        this with { Policy = groups ?? Policy };

    public override Operator Resize(NodeShapes before, NodeShapes after) =>
        Policy == GroupPolicy.SameIndex ? this : RequireUnchanged(before, after);

    public override Operator Cut(ICut cut) => LeavesByGroup(cut.Shapes)
        ? this with { Groups = cut.Kept(Channels).Count / ((int)cut.Shapes.Size(Channels) / Groups) }
        : this;

    public override bool OutputMayBeOverwritten => true;

    // Zero channels count in the statistics of their group, and the mean that is taken off them is not zero.
    public override bool KeepsZeroChannels(NodeShapes shapes) => shapes.Size(Channels) == Groups;

    public override bool ChangesWhenChannelsLeave => Policy == GroupPolicy.SameIndex;

    public override string ToString() => $"GroupNorm(groups {Groups})";

    private bool LeavesByGroup(NodeShapes shapes) =>
        Policy == GroupPolicy.WholeGroups || shapes.Size(Channels) == Groups;
}

using System.Collections.Immutable;

namespace Ocs.Graphs.Operators;

/// <summary>
/// The rules that convolutions over two and over three dimensions share, [N, C, ...] -> [N, O, ...]. Parameters: weight
/// [O, C / groups, ...] and, optionally, bias [O].
/// </summary>
/// <remarks>A depthwise convolution has one channel a group, so its groups always leave whole.</remarks>
public abstract record Convolution(int Groups, GroupPolicy Policy) : Operator
{
    private static readonly Axis OutputChannels = Axis.Output(1);
    private static readonly Axis InputChannels = Axis.Input(0, 1);
    private static readonly Axis WeightRows = Axis.Parameter(0, 0);
    private static readonly Axis WeightColumns = Axis.Parameter(0, 1);
    private static readonly Axis Bias = Axis.Parameter(1, 0);

    /// <summary>The shape rule, given a number for each spatial dimension.</summary>
    private protected ImmutableArray<long> InferShape(
        NodeShapes shapes, long[] stride, long[] padding, long[] dilation)
    {
        shapes.Require(inputs: 1, 1, 2);
        shapes.RequireRank(0, 2 + stride.Length);
        Window.RequireStride(shapes, stride);
        var input = shapes.Inputs[0];
        var weight = shapes.Parameters[0];
        if (weight.Length != input.Length || Groups < 1 || weight[0] % Groups != 0 || weight[1] * Groups != input[1])
        {
            throw shapes.Error(
                $"weight {NodeShapes.Show(weight)} with {Groups} group(s) does not fit input {NodeShapes.Show(input)}");
        }

        if (shapes.Parameters.Length == 2 && !shapes.Parameters[1].SequenceEqual([weight[0]]))
        {
            throw shapes.Error(
                $"bias {NodeShapes.Show(shapes.Parameters[1])} does not fit weight {NodeShapes.Show(weight)}");
        }

        long[] sizes =
        [
            .. stride.Select((step, dimension) => Window.Size(
                input[dimension + 2], weight[dimension + 2], step, padding[dimension], dilation[dimension])),
        ];
        var kernel = string.Join('x', weight[2..]);
        return sizes.Any(size => size < 1)
            ? throw shapes.Error($"kernel {kernel} is larger than input {NodeShapes.Show(input)}")
            : [input[0], weight[0], .. sizes];
    }

    public override ImmutableArray<MacsTerm> Macs(NodeShapes shapes)
    {
        var kernel = NodeShapes.ElementCount(shapes.Parameters[0][2..]);
        return [new(checked(kernel * NodeShapes.ElementCount(shapes.Output[2..])), [WeightRows, WeightColumns])];
    }

    public override void Couple(ICoupling coupling)
    {
        if (coupling.Shapes.Parameters.Length == 2)
        {
            coupling.Tie(WeightRows, Bias);
        }

        ChannelGroups.TieConvolution(coupling, OutputChannels, InputChannels, Groups, LeavesByGroup(coupling.Shapes));
    }

    public override Operator Cut(ICut cut) => Groups > 1 && LeavesByGroup(cut.Shapes)
        ? this with { Groups = cut.Kept(InputChannels).Count / (int)cut.Shapes.Size(WeightColumns) }
        : this;

    public override Operator WithPolicies(SplitPolicy? split, GroupPolicy? groups) =>
        this with { Policy = groups ?? Policy };

    public override Operator Resize(NodeShapes before, NodeShapes after) =>
        this with { Groups = (int)GroupsOf(after.Parameters[0], before) };

    /// <summary>
    /// The number of input channels that a weight of a shape takes, where one of another shape had these groups.
    /// </summary>
    internal long InputChannelsOf(ImmutableArray<long> weight, NodeShapes before) =>
        weight[1] * GroupsOf(weight, before);

    public override bool OutputMayBeOverwritten => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    private long GroupsOf(ImmutableArray<long> weight, NodeShapes before) =>
        Groups > 1 && LeavesByGroup(before) ? weight[0] * Groups / before.Size(WeightRows) : Groups;

    private bool LeavesByGroup(NodeShapes shapes) =>
        Policy == GroupPolicy.WholeGroups || shapes.Size(WeightColumns) == 1;
}

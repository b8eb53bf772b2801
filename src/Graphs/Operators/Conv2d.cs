using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Two-dimensional convolution, [N, C, H, W] -> [N, O, H', W']. Parameters: weight [O, C / groups, kH, kW] and,
/// optionally, bias [O].
/// </summary>
/// <remarks>A depthwise convolution has one channel a group, so its groups always leave whole.</remarks>
public sealed record Conv2d(
    Pair Stride, Pair Padding, Pair Dilation, int Groups, GroupPolicy Policy = GroupPolicy.SameIndex) : Operator
{
    private const long FewPixels = 16;

    private static readonly Axis OutputChannels = Axis.Output(1);
    private static readonly Axis InputChannels = Axis.Input(0, 1);
    private static readonly Axis WeightRows = Axis.Parameter(0, 0);
    private static readonly Axis WeightColumns = Axis.Parameter(0, 1);
    private static readonly Axis Bias = Axis.Parameter(1, 0);

    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, 1, 2);
        shapes.RequireRank(0, 4);
        Window.RequireStride(shapes, Stride);
        var input = shapes.Inputs[0];
        var weight = shapes.Parameters[0];
        if (weight.Length != 4 || Groups < 1 || weight[0] % Groups != 0 || weight[1] * Groups != input[1])
        {
            throw shapes.Error(
                $"weight {NodeShapes.Show(weight)} with {Groups} group(s) does not fit input {NodeShapes.Show(input)}");
        }

        if (shapes.Parameters.Length == 2 && !shapes.Parameters[1].SequenceEqual([weight[0]]))
        {
            throw shapes.Error(
                $"bias {NodeShapes.Show(shapes.Parameters[1])} does not fit weight {NodeShapes.Show(weight)}");
        }

        var height = Window.Size(input[2], weight[2], Stride.Height, Padding.Height, Dilation.Height);
        var width = Window.Size(input[3], weight[3], Stride.Width, Padding.Width, Dilation.Width);
        return height < 1 || width < 1
            ? throw shapes.Error($"kernel {weight[2]}x{weight[3]} is larger than input {NodeShapes.Show(input)}")
            : [input[0], weight[0], height, width];
    }

    public override Tensor Run(in RunContext context)
    {
        var weight = context.Parameters[0];
        var isApart = weight.IsContiguous() && !weight.IsContiguous(MemoryFormat.ChannelsLast)
            && !context.Input.IsContiguous();
        using var input = isApart ? context.Input.Contiguous() : context.Input.Alias();
        return Aten.Conv2d(
            input,
            weight,
            context.ParameterOrNull(1),
            [Stride.Height, Stride.Width],
            [Padding.Height, Padding.Width],
            [Dilation.Height, Dilation.Width],
            Groups);
    }

    /// <summary>
    /// Whether it runs faster from contiguous memory even where the rest of the network is channels-last: over few
    /// pixels oneDNN's channels-last kernels waste most of their vectors (512 channels, 4x4 pixels: 38 ms instead of 21
    /// forward, 27 instead of 17 backward).
    /// </summary>
    public override bool PrefersContiguous(NodeShapes shapes)
    {
        var kernel = shapes.Parameters[0];
        return Groups == 1 && kernel[2] * kernel[3] > 1 && shapes.Output[2] * shapes.Output[3] <= FewPixels;
    }

    public override ImmutableArray<MacsTerm> Macs(NodeShapes shapes)
    {
        var weight = shapes.Parameters[0];
        return [new(weight[2] * weight[3] * shapes.Output[2] * shapes.Output[3], [WeightRows, WeightColumns])];
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

    public override string ToString() =>
        $"Conv2d(stride {Stride}, padding {Padding}"
        + $"{(Dilation == 1 ? "" : $", dilation {Dilation}")}{(Groups == 1 ? "" : $", groups {Groups}")})";

    private long GroupsOf(ImmutableArray<long> weight, NodeShapes before) =>
        Groups > 1 && LeavesByGroup(before) ? weight[0] * Groups / before.Size(WeightRows) : Groups;

    private bool LeavesByGroup(NodeShapes shapes) =>
        Policy == GroupPolicy.WholeGroups || shapes.Size(WeightColumns) == 1;
}

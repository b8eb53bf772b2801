using System.Collections.Immutable;

namespace Ocs.Graphs.Operators;

/// <summary>
/// The rules that transposed convolutions over two and over three dimensions share, [N, C, ...] -> [N, O, ...]. A
/// dimension of L becomes (L - 1) stride - 2 padding + dilation (k - 1) + output padding + 1. Parameters: weight
/// [C, O / groups, ...] and, optionally, bias [O].
/// </summary>
public abstract record TransposedConvolution(int Groups, GroupPolicy Policy) : Operator
{
    private static readonly Axis OutputChannels = Axis.Output(1);
    private static readonly Axis InputChannels = Axis.Input(0, 1);
    private static readonly Axis WeightRows = Axis.Parameter(0, 0);
    private static readonly Axis WeightColumns = Axis.Parameter(0, 1);
    private static readonly Axis Bias = Axis.Parameter(1, 0);

    /// <summary>The shape rule, given a number for each spatial dimension.</summary>
    private protected ImmutableArray<long> InferShape(
        NodeShapes shapes, long[] stride, long[] padding, long[] outputPadding, long[] dilation)
    {
        shapes.Require(inputs: 1, 1, 2);
        shapes.RequireRank(0, 2 + stride.Length);
        Window.RequireStride(shapes, stride);
        var input = shapes.Inputs[0];
        var weight = shapes.Parameters[0];
        if (weight.Length != input.Length || Groups < 1 || input[1] % Groups != 0 || weight[0] != input[1])
        {
            throw shapes.Error(
                $"weight {NodeShapes.Show(weight)} with {Groups} group(s) does not fit input {NodeShapes.Show(input)}");
        }

        if (shapes.Parameters.Length == 2 && !shapes.Parameters[1].SequenceEqual([weight[1] * Groups]))
        {
            var bias = NodeShapes.Show(shapes.Parameters[1]);
            throw shapes.Error($"bias {bias} does not fit weight {NodeShapes.Show(weight)} with {Groups} group(s)");
        }

        if (outputPadding.Where((more, dimension) =>
            more < 0 || more >= Math.Max(stride[dimension], dilation[dimension])).Any())
        {
            throw shapes.Error(
                $"output padding {Window.Show(outputPadding)} must be smaller than stride {Window.Show(stride)} or "
                + $"dilation {Window.Show(dilation)}");
        }

        long[] sizes =
        [
            .. stride.Select((step, dimension) =>
                (input[dimension + 2] - 1) * step - 2 * padding[dimension]
                + dilation[dimension] * (weight[dimension + 2] - 1) + outputPadding[dimension] + 1),
        ];
        return sizes.Any(size => size < 1)
            ? throw shapes.Error($"padding {Window.Show(padding)} leaves nothing of input {NodeShapes.Show(input)}")
            : [input[0], weight[1] * Groups, .. sizes];
    }

    public override ImmutableArray<MacsTerm> Macs(NodeShapes shapes)
    {
        var kernel = NodeShapes.ElementCount(shapes.Parameters[0][2..]);
        return [new(checked(kernel * NodeShapes.ElementCount(shapes.Inputs[0][2..])), [WeightRows, WeightColumns])];
    }

    public override void Couple(ICoupling coupling)
    {
        if (coupling.Shapes.Parameters.Length == 2)
        {
            coupling.Tie(Bias, OutputChannels);
        }

        ChannelGroups.TieConvolution(coupling, InputChannels, OutputChannels, Groups, LeavesByGroup(coupling.Shapes));
    }

    public override Operator WithPolicies(SplitPolicy? split, GroupPolicy? groups) =>
        this with { Policy = groups ?? Policy };

    public override Operator Resize(NodeShapes before, NodeShapes after) =>
        Groups == 1 ? this : RequireUnchanged(before, after);

    public override Operator Cut(ICut cut) => Groups > 1 && LeavesByGroup(cut.Shapes)
        ? this with { Groups = cut.Kept(OutputChannels).Count / (int)cut.Shapes.Size(WeightColumns) }
        : this;

    public override bool OutputMayBeOverwritten => true;

    public override int WeightOutputDimension => 1;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    private bool LeavesByGroup(NodeShapes shapes) =>
        Policy == GroupPolicy.WholeGroups || shapes.Size(WeightRows) == Groups;
}

using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Transposed two-dimensional convolution, the gradient of <see cref="Conv2d"/> by its input: [N, C, H, W] ->
/// [N, O, H', W'] with H' = (H - 1) stride - 2 padding + dilation (kH - 1) + output padding + 1. Parameters: weight
/// [C, O / groups, kH, kW] and, optionally, bias [O].
/// </summary>
public sealed record ConvTranspose2d(
    Pair Stride,
    Pair Padding,
    Pair OutputPadding,
    Pair Dilation,
    int Groups,
    GroupPolicy Policy = GroupPolicy.SameIndex) : Operator
{
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
        if (weight.Length != 4 || Groups < 1 || input[1] % Groups != 0 || weight[0] != input[1])
        {
            throw shapes.Error(
                $"weight {NodeShapes.Show(weight)} with {Groups} group(s) does not fit input {NodeShapes.Show(input)}");
        }

        if (shapes.Parameters.Length == 2 && !shapes.Parameters[1].SequenceEqual([weight[1] * Groups]))
        {
            var bias = NodeShapes.Show(shapes.Parameters[1]);
            throw shapes.Error($"bias {bias} does not fit weight {NodeShapes.Show(weight)} with {Groups} group(s)");
        }

        if (!IsSmaller(OutputPadding.Height, Stride.Height, Dilation.Height)
            || !IsSmaller(OutputPadding.Width, Stride.Width, Dilation.Width))
        {
            throw shapes.Error(
                $"output padding {OutputPadding} must be smaller than stride {Stride} or dilation {Dilation}");
        }

        var height = (input[2] - 1) * Stride.Height - 2L * Padding.Height
            + Dilation.Height * (weight[2] - 1) + OutputPadding.Height + 1;
        var width = (input[3] - 1) * Stride.Width - 2L * Padding.Width
            + Dilation.Width * (weight[3] - 1) + OutputPadding.Width + 1;
        return height < 1 || width < 1
            ? throw shapes.Error($"padding {Padding} leaves nothing of input {NodeShapes.Show(input)}")
            : [input[0], weight[1] * Groups, height, width];
    }

    public override Tensor Run(in RunContext context) => Aten.ConvTranspose2d(
        context.Input,
        context.Parameters[0],
        context.ParameterOrNull(1),
        [Stride.Height, Stride.Width],
        [Padding.Height, Padding.Width],
        [OutputPadding.Height, OutputPadding.Width],
        Groups,
        [Dilation.Height, Dilation.Width]);

    public override ImmutableArray<MacsTerm> Macs(NodeShapes shapes)
    {
        var (weight, input) = (shapes.Parameters[0], shapes.Inputs[0]);
        return [new(weight[2] * weight[3] * input[2] * input[3], [WeightRows, WeightColumns])];
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

    public override string ToString() =>
        $"ConvTranspose2d(stride {Stride}, padding {Padding}"
        + $"{(OutputPadding == 0 ? "" : $", output padding {OutputPadding}")}"
        + $"{(Dilation == 1 ? "" : $", dilation {Dilation}")}{(Groups == 1 ? "" : $", groups {Groups}")})";

    private bool LeavesByGroup(NodeShapes shapes) =>
        Policy == GroupPolicy.WholeGroups || shapes.Size(WeightRows) == Groups;

    private static bool IsSmaller(int padding, int stride, int dilation) =>
        padding >= 0 && (padding < stride || padding < dilation);
}

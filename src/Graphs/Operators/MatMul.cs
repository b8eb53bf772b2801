using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Matrix products of two values, [..., M, K] and [..., K, N] -> [..., M, N], with the same leading dimensions.
/// </summary>
public sealed record MatMul : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 2, parameters: 0);
        var (left, right) = (shapes.Inputs[0], shapes.Inputs[1]);
        return left.Length >= 3 && left.Length == right.Length && left[^1] == right[^2]
            && left[..^2].SequenceEqual(right[..^2])
            ? left.SetItem(left.Length - 1, right[^1])
            : throw shapes.Error($"cannot multiply matrices {NodeShapes.Show(left)} and {NodeShapes.Show(right)}");
    }

    public override Tensor Run(in RunContext context) => Aten.Matmul(context.Inputs[0], context.Inputs[1]);

    public override ImmutableArray<MacsTerm> Macs(NodeShapes shapes) =>
        [
            new(
                1,
                [
                    .. Enumerable.Range(0, shapes.Output.Length).Select(Axis.Output),
                    Axis.Input(0, shapes.Output.Length - 1),
                ]),
        ];

    public override void Couple(ICoupling coupling)
    {
        var last = coupling.Shapes.Output.Length - 1;
        for (var dimension = 0; dimension < last - 1; dimension++)
        {
            coupling.Tie(Axis.Input(0, dimension), Axis.Output(dimension));
            coupling.Tie(Axis.Input(1, dimension), Axis.Output(dimension));
        }

        coupling.Tie(Axis.Input(0, last - 1), Axis.Output(last - 1));
        coupling.Tie(Axis.Input(0, last), Axis.Input(1, last - 1));
        coupling.Tie(Axis.Input(1, last), Axis.Output(last));
    }

    /// <summary>
    /// Attention that is composed of products compares by the dimension that is summed over, and takes means of
    /// columns.
    /// </summary>
    public override AxisRole RoleOf(Axis axis, NodeShapes shapes)
    {
        var last = shapes.Output.Length - 1;
        return axis.Dimension >= 1 && axis.Dimension < last - 1 ? AxisRole.Heads
            : axis == Axis.Input(0, last) || axis == Axis.Input(1, last - 1) ? AxisRole.QueryKey
            : axis == Axis.Input(1, last) ? AxisRole.Value
            : AxisRole.None;
    }

    public override bool OutputMayBeOverwritten => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => nameof(MatMul);
}

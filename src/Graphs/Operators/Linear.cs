using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Linear layer on the last dimension, [..., I] -> [..., O]. Parameters: weight [O, I] and, optionally, bias [O].
/// </summary>
public sealed record Linear : Operator
{
    private static readonly Axis WeightRows = Axis.Parameter(0, 0);
    private static readonly Axis WeightColumns = Axis.Parameter(0, 1);

    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, 1, 2);
        var input = shapes.Inputs[0];
        var weight = shapes.Parameters[0];
        if (weight.Length != 2 || input.Length < 2 || weight[1] != input[^1]
            || (shapes.Parameters.Length == 2 && !shapes.Parameters[1].SequenceEqual([weight[0]])))
        {
            throw shapes.Error(
                $"weight {NodeShapes.Show(weight)} or its bias does not fit input {NodeShapes.Show(input)}");
        }

        return input.SetItem(input.Length - 1, weight[0]);
    }

    public override Tensor Run(in RunContext context) =>
        Aten.Linear(context.Input, context.Parameters[0], context.ParameterOrNull(1));

    public override ImmutableArray<MacsTerm> Macs(NodeShapes shapes)
    {
        // Dimensions in between may be channels of other layers: an MLP that mixes tokens runs once for each channel.
        var between = Enumerable.Range(1, shapes.Output.Length - 2).Select(Axis.Output);
        return [new(shapes.Output[0], [.. between, WeightRows, WeightColumns])];
    }

    public override void Couple(ICoupling coupling)
    {
        var last = coupling.Shapes.Output.Length - 1;
        coupling.Tie(WeightRows, Axis.Output(last));
        coupling.Tie(WeightColumns, Axis.Input(0, last));
        if (coupling.Shapes.Parameters.Length == 2)
        {
            coupling.Tie(WeightRows, Axis.Parameter(1, 0));
        }

        for (var dimension = 0; dimension < last; dimension++)
        {
            coupling.Tie(Axis.Input(0, dimension), Axis.Output(dimension));
        }
    }

    public override AxisRole RoleOf(Axis axis, NodeShapes shapes) =>
        axis.Dimension != shapes.Output.Length - 1 ? AxisRole.None
        : axis.Kind == AxisKind.Input ? AxisRole.LinearInput
        : AxisRole.LinearOutput;

    public override bool OutputMayBeOverwritten => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => nameof(Linear);
}

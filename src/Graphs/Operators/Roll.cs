using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Coordinates of some dimensions moved on, those that fall off come in again at the start: of shift s, coordinate i
/// becomes (i + s) mod size. Rolled dimensions keep their sizes.
/// </summary>
public sealed record Roll(ImmutableArray<int> Shifts, ImmutableArray<int> Dimensions) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        var input = shapes.Inputs[0];
        return !Shifts.IsDefaultOrEmpty && !Dimensions.IsDefault && Shifts.Length == Dimensions.Length
            && Dimensions.All(dimension => dimension >= 1 && dimension < input.Length)
            ? input
            : throw shapes.Error(
                $"a roll has a shift for each of some dimensions 1 to {input.Length - 1} of input "
                + $"{NodeShapes.Show(input)}");
    }

    public override Tensor Run(in RunContext context) => Aten.Roll(
        context.Input, [.. Shifts.Select(shift => (long)shift)], [.. Dimensions.Select(dimension => (long)dimension)]);

    public override void Couple(ICoupling coupling)
    {
        for (var dimension = 0; dimension < coupling.Shapes.Output.Length; dimension++)
        {
            if (!Dimensions.Contains(dimension))
            {
                coupling.Tie(Axis.Input(0, dimension), Axis.Output(dimension));
            }
        }
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() =>
        $"Roll([{string.Join(", ", Shifts)}], dimensions [{string.Join(", ", Dimensions)}])";
}

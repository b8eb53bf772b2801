using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// All dimensions but the batch in one, [N, C, ...] -> [N, C * ...]. A channel leaves with all of its positions.
/// </summary>
public sealed record Flatten : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        var input = shapes.Inputs[0];
        return [input[0], NodeShapes.ElementCount(input.Skip(1))];
    }

    public override Tensor Run(in RunContext context) => Aten.Flatten(context.Input, 1, -1);

    public override void Couple(ICoupling coupling)
    {
        var input = Axis.Input(0, 1);
        var positions = coupling.Shapes.Output[1] / coupling.Shapes.Size(input);
        for (var index = 0L; index < coupling.Shapes.Output[1]; index++)
        {
            coupling.Tie(input, index / positions, Axis.Output(1), index);
        }
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => nameof(Flatten);
}

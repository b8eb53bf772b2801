using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Batch normalisation over [N, H, W] of images [N, C, H, W], or over [N, D, H, W] of volumes [N, C, D, H, W].
/// Parameters: weight [C], bias [C], running mean [C], running variance [C] and the number of batches seen [].
/// </summary>
public sealed record BatchNorm2d(double Epsilon, double Momentum) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 5);
        shapes.RequireRank(0, 4, 5);
        for (var parameter = 0; parameter < 4; parameter++)
        {
            if (!shapes.Parameters[parameter].SequenceEqual([shapes.Inputs[0][1]]))
            {
                throw shapes.Error(
                    $"parameter {parameter} {NodeShapes.Show(shapes.Parameters[parameter])} does not fit input "
                    + $"{NodeShapes.Show(shapes.Inputs[0])}");
            }
        }

        return shapes.Inputs[0];
    }

    public override Tensor Run(in RunContext context)
    {
        if (context.Training)
        {
            Aten.AddInPlace(context.Parameters[4], 1L);
        }

        return Aten.BatchNorm(
            context.Input,
            context.Parameters[0],
            context.Parameters[1],
            context.Parameters[2],
            context.Parameters[3],
            context.Training,
            Momentum,
            Epsilon);
    }

    public override void Couple(ICoupling coupling)
    {
        TieElementwise(coupling);
        for (var parameter = 0; parameter < 4; parameter++)
        {
            coupling.Tie(Axis.Parameter(parameter, 0), Axis.Output(1));
        }
    }

    public override bool OutputMayBeOverwritten => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => nameof(BatchNorm2d);
}

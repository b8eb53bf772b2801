using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Normalisation of each channel of each sample over its positions, [N, C, H, W] or [N, C, D, H, W] (Ulyanov et al.
/// 2016, arXiv 1607.08022), by the statistics of the image itself in training and after. Parameters: none, or weight
/// [C] and bias [C].
/// </summary>
public sealed record InstanceNorm2d(double Epsilon) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, 0, 2);
        shapes.RequireRank(0, 4, 5);
        foreach (var parameter in shapes.Parameters)
        {
            if (!parameter.SequenceEqual([shapes.Inputs[0][1]]))
            {
                throw shapes.Error(
                    $"weight or bias {NodeShapes.Show(parameter)} does not fit input "
                    + $"{NodeShapes.Show(shapes.Inputs[0])}");
            }
        }

        return shapes.Inputs[0];
    }

    public override Tensor Run(in RunContext context) =>
        Aten.InstanceNorm(context.Input, context.ParameterOrNull(0), context.ParameterOrNull(1), Epsilon);

    public override void Couple(ICoupling coupling)
    {
        TieElementwise(coupling);
        for (var parameter = 0; parameter < coupling.Shapes.Parameters.Length; parameter++)
        {
            coupling.Tie(Axis.Parameter(parameter, 0), Axis.Output(1));
        }
    }

    public override bool OutputMayBeOverwritten => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => nameof(InstanceNorm2d);
}

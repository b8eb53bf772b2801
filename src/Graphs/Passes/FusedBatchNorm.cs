using System.Collections.Immutable;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Passes;

/// <summary>
/// Batch norm of a training step, plus a second input if there is one, then an activation. Only executors make it, for
/// themselves (<see cref="NormFusion"/>): no file holds it and no cut sees it.
/// </summary>
internal sealed record FusedBatchNorm(BatchNorm2d Norm, NormActivation Activation) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) => shapes.Inputs[0];

    public override Tensor Run(in RunContext context)
    {
        var parameters = context.Parameters;
        Aten.AddInPlace(parameters[4], 1L);
        return Aten.TrainingBatchNorm(
            context.Input,
            context.Inputs.Length > 1 ? context.Inputs[1] : null,
            parameters[0],
            parameters[1],
            parameters[2],
            parameters[3],
            Norm.Momentum,
            Norm.Epsilon,
            Activation);
    }

    public override void Couple(ICoupling coupling) =>
        throw new NotSupportedException(
            "A fused batch norm is an executor's own: couple the graph that it was made from.");

    // Backward may need the output of an activation.
    public override bool OutputMayBeOverwritten => Activation == NormActivation.None;
}

using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Rows of a table by their indices, [N, ...] -> [N, ..., E]. Indices are whole numbers of any type. Parameter: weight
/// [V, E].
/// </summary>
public sealed record Embedding : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, 1);
        var weight = shapes.Parameters[0];
        return weight.Length == 2
            ? shapes.Inputs[0].Add(weight[1])
            : throw shapes.Error($"weight {NodeShapes.Show(weight)} must have 2 dimensions");
    }

    public override Tensor Run(in RunContext context)
    {
        using var indices = context.Input.To(DType.Int64);
        return Aten.Embedding(context.Parameters[0], indices);
    }

    public override void Couple(ICoupling coupling)
    {
        var last = coupling.Shapes.Output.Length - 1;
        for (var dimension = 0; dimension < last; dimension++)
        {
            coupling.Tie(Axis.Input(0, dimension), Axis.Output(dimension));
        }

        coupling.Freeze(Axis.Parameter(0, 0), "vocabulary");
        coupling.Tie(Axis.Parameter(0, 1), Axis.Output(last));
    }

    public override bool OutputMayBeOverwritten => true;

    public override bool PassesGradient(int input) => false;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => nameof(Embedding);
}

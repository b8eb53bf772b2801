using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>Sum of two values of the same shape: the residual connection.</summary>
public sealed record Add : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 2, parameters: 0);
        return shapes.Inputs[0].SequenceEqual(shapes.Inputs[1])
            ? shapes.Inputs[0]
            : throw shapes.Error($"cannot add {NodeShapes.Show(shapes.Inputs[0])} and {NodeShapes.Show(shapes.Inputs[1])}");
    }

    public override Tensor Run(in RunContext context)
    {
        if (!context.InPlace)
        {
            return Aten.Add(context.Inputs[0], context.Inputs[1]);
        }

        Aten.AddInPlace(context.Inputs[0], context.Inputs[1]);
        return context.Inputs[0].Alias();
    }

    public override void Couple(ICoupling coupling)
    {
        TieElementwise(coupling, 0);
        TieElementwise(coupling, 1);
    }

    public override bool CanRunInPlace => true;

    public override bool OutputMayBeOverwritten => true;

    public override string ToString() => nameof(Add);
}

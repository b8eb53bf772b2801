using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>Sum of two values, dimensions of size 1 broadcast: the residual connection.</summary>
public sealed record Add : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) => Broadcasting.Shape(shapes, "add");

    public override Tensor Run(in RunContext context)
    {
        if (!context.InPlace || !Covers(context.Inputs[0].Shape, context.Inputs[1].Shape))
        {
            return Aten.Add(context.Inputs[0], context.Inputs[1]);
        }

        Aten.AddInPlace(context.Inputs[0], context.Inputs[1]);
        return context.Inputs[0].Alias();
    }

    public override void Couple(ICoupling coupling) => Broadcasting.Couple(coupling);

    public override Operator Resize(NodeShapes before, NodeShapes after)
    {
        Broadcasting.RequireSamePattern(before, after, "add");
        return this;
    }

    public override AxisRole RoleOf(Axis axis, NodeShapes shapes) =>
        axis.Dimension == shapes.Output.Length - 1 ? AxisRole.SummedFeatures : AxisRole.Summed;

    public override bool CanRunInPlace => true;

    public override bool OutputMayBeOverwritten => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => Broadcasting.SharesChannels(shapes);

    public override string ToString() => nameof(Add);

    private static bool Covers(ReadOnlySpan<long> sum, ReadOnlySpan<long> other)
    {
        for (var dimension = 0; dimension < sum.Length; dimension++)
        {
            if (sum[dimension] < other[dimension])
            {
                return false;
            }
        }

        return true;
    }
}

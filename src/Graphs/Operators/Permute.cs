using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Dimensions in another order: output dimension d is input dimension <c>Order[d]</c>. The batch stays in front.
/// </summary>
public sealed record Permute(ImmutableArray<int> Order) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        var input = shapes.Inputs[0];
        return !Order.IsDefaultOrEmpty && Order[0] == 0
            && Order.Order().SequenceEqual(Enumerable.Range(0, input.Length))
            ? [.. Order.Select(dimension => input[dimension])]
            : throw shapes.Error(
                $"order [{(Order.IsDefault ? "" : string.Join(", ", Order))}] must begin with 0 "
                + $"and name every dimension of {NodeShapes.Show(input)} once");
    }

    public override Tensor Run(in RunContext context) =>
        Aten.Permute(context.Input, [.. Order.Select(dimension => (long)dimension)]);

    public override void Couple(ICoupling coupling)
    {
        for (var dimension = 0; dimension < Order.Length; dimension++)
        {
            coupling.Tie(Axis.Input(0, Order[dimension]), Axis.Output(dimension));
        }
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"Permute({string.Join(", ", Order)})";
}

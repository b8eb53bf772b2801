using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// The place of the largest or smallest element along a dimension, from 0. The dimension must keep its size. No
/// gradient goes through it.
/// </summary>
/// <param name="Dimension">The dimension.</param>
/// <param name="KeepDimension">Whether it stays with size 1, or goes.</param>
/// <param name="IsSmallest">Whether the smallest is meant.</param>
/// <param name="TakesLast">Whether the last of equal elements counts, not the first.</param>
public sealed record ArgMax(
    int Dimension, bool KeepDimension = false, bool IsSmallest = false, bool TakesLast = false) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        var input = shapes.Inputs[0];
        return Dimension < 1 || Dimension >= input.Length
            ? throw shapes.Error($"dimension {Dimension} is not one of 1 to {input.Length - 1}")
            : KeepDimension ? input.SetItem(Dimension, 1)
            : input.RemoveAt(Dimension);
    }

    public override Tensor Run(in RunContext context)
    {
        var name = IsSmallest ? "aten::argmin" : "aten::argmax";
        if (!TakesLast)
        {
            using var first = Aten.Call(name, "", context.Input, (long)Dimension, KeepDimension)[0];
            return first.To(context.Input.DType);
        }

        using var turned = Aten.Call("aten::flip", "", context.Input, new long[] { Dimension })[0];
        using var fromBehind = Aten.Call(name, "", turned, (long)Dimension, KeepDimension)[0];
        using var negative = Aten.Neg(fromBehind);
        using var last = Aten.Add(negative, context.Input.Shape[Dimension] - 1);
        return last.To(context.Input.DType);
    }

    public override void Couple(ICoupling coupling)
    {
        for (var dimension = 0; dimension < coupling.Shapes.Inputs[0].Length; dimension++)
        {
            if (dimension != Dimension)
            {
                var gone = dimension > Dimension && !KeepDimension ? 1 : 0;
                coupling.Tie(Axis.Input(0, dimension), Axis.Output(dimension - gone));
            }
        }
    }

    public override bool PassesGradient(int input) => false;

    public override string ToString() => $"{(IsSmallest ? "ArgMin" : "ArgMax")}(dimension {Dimension})";
}

using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// The sum of each element and those before it along a dimension, which must keep its size: what comes after a channel
/// that leaves still counts it.
/// </summary>
/// <param name="Dimension">The dimension.</param>
/// <param name="IsExclusive">Whether the element itself does not count.</param>
/// <param name="IsReverse">Whether those after it count, not those before.</param>
public sealed record CumulativeSum(int Dimension, bool IsExclusive = false, bool IsReverse = false) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        return Dimension >= 1 && Dimension < shapes.Inputs[0].Length
            ? shapes.Inputs[0]
            : throw shapes.Error($"dimension {Dimension} is not one of 1 to {shapes.Inputs[0].Length - 1}");
    }

    public override Tensor Run(in RunContext context)
    {
        using var turned = Turned(context.Input);
        using var sums = Aten.Call("aten::cumsum", "", turned, (long)Dimension)[0];
        using var counted = IsExclusive ? Aten.Sub(sums, turned) : sums.Alias();
        return Turned(counted);
    }

    public override void Couple(ICoupling coupling) => TieElementwise(coupling, except: Dimension);

    public override bool KeepsZeroChannels(NodeShapes shapes) => Dimension > 1;

    public override string ToString() => $"CumulativeSum(dimension {Dimension})";

    private Tensor Turned(Tensor x) =>
        IsReverse ? Aten.Call("aten::flip", "", x, new long[] { Dimension })[0] : x.Alias();
}

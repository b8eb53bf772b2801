using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Elements of a value by their places along a dimension, one for each place: the output at [i, j] of dimension 1 is
/// the value at [i, places[i, j]]. Places below 0 count from the end. Inputs: the value, and the places, whole numbers
/// of any type. The dimension must keep its size.
/// </summary>
public sealed record GatherElements(int Dimension) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 2, parameters: 0);
        var (value, places) = (shapes.Inputs[0], shapes.Inputs[1]);
        return Dimension >= 1
            && Dimension < value.Length
            && value.Length == places.Length
            && value.Zip(places).Where((_, dimension) => dimension != Dimension).All(pair => pair.First == pair.Second)
            ? places
            : throw shapes.Error(
                $"it cannot gather from {NodeShapes.Show(value)} by {NodeShapes.Show(places)} "
                + $"in dimension {Dimension}");
    }

    public override Tensor Run(in RunContext context)
    {
        var value = context.Inputs[0];
        using var whole = context.Inputs[1].To(DType.Int64);
        using var places = Aten.Call("aten::remainder", "Scalar", whole, value.Shape[Dimension])[0];
        return Aten.Call("aten::gather", "", value, (long)Dimension, places)[0];
    }

    public override void Couple(ICoupling coupling)
    {
        for (var dimension = 0; dimension < coupling.Shapes.Output.Length; dimension++)
        {
            coupling.Tie(Axis.Input(1, dimension), Axis.Output(dimension));
            if (dimension != Dimension)
            {
                coupling.Tie(Axis.Input(0, dimension), Axis.Output(dimension));
            }
        }
    }

    public override bool PassesGradient(int input) => input == 0;

    public override string ToString() => $"GatherElements(dimension {Dimension})";
}

using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// The largest or smallest elements along a dimension, in their order; of equal ones the first. The dimension must keep
/// its size.
/// </summary>
/// <param name="Count">How many.</param>
/// <param name="Dimension">The dimension.</param>
/// <param name="IsSmallest">Whether the smallest are meant.</param>
/// <param name="GivesPlaces">Whether their places along the dimension are given instead, from 0.</param>
public sealed record TopK(int Count, int Dimension, bool IsSmallest = false, bool GivesPlaces = false) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        var input = shapes.Inputs[0];
        return Dimension >= 1 && Dimension < input.Length && Count >= 1 && Count <= input[Dimension]
            ? input.SetItem(Dimension, Count)
            : throw shapes.Error($"it takes {Count} of dimension {Dimension} of input {NodeShapes.Show(input)}");
    }

    public override Tensor Run(in RunContext context)
    {
        var sorted = Aten.Call("aten::sort", "stable", context.Input, true, (long)Dimension, !IsSmallest);
        using var values = sorted[0];
        using var places = sorted[1];
        if (!GivesPlaces)
        {
            return Aten.Narrow(values, Dimension, 0, Count);
        }

        using var first = Aten.Narrow(places, Dimension, 0, Count);
        return first.To(context.Input.DType);
    }

    public override void Couple(ICoupling coupling) => TieElementwise(coupling, except: Dimension);

    public override bool PassesGradient(int input) => !GivesPlaces;

    public override bool KeepsZeroChannels(NodeShapes shapes) => !GivesPlaces;

    public override string ToString() =>
        $"TopK({(IsSmallest ? "smallest " : "")}{Count} of dimension {Dimension}{(GivesPlaces ? ", places" : "")})";
}

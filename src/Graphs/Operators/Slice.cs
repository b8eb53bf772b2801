using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>A range of a dimension: coordinates start to start + length - 1.</summary>
public sealed record Slice(int Dimension, int Start, int Length) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        var input = shapes.Inputs[0];
        return Dimension < 1 || Dimension >= input.Length || Start < 0 || Length < 1
            || Start + Length > input[Dimension]
            ? throw shapes.Error(
                $"range {Start}..{Start + Length} of dimension {Dimension} is not within {NodeShapes.Show(input)}")
            : input.SetItem(Dimension, Length);
    }

    /// <summary>Whether it takes the last elements of a dimension of this size, and not all.</summary>
    internal bool IsTail(long size) => Start > 0 && Start + Length == size;

    public override Tensor Run(in RunContext context) => Aten.Narrow(context.Input, Dimension, Start, Length);

    public override void Couple(ICoupling coupling)
    {
        for (var dimension = 0; dimension < coupling.Shapes.Output.Length; dimension++)
        {
            if (dimension != Dimension)
            {
                coupling.Tie(Axis.Input(0, dimension), Axis.Output(dimension));
            }
        }

        // What lies outside the range is free as far as this node is concerned.
        coupling.Free(Axis.Input(0, Dimension));
        for (var index = 0; index < Length; index++)
        {
            coupling.Tie(Axis.Input(0, Dimension), Start + index, Axis.Output(Dimension), index);
        }
    }

    public override Operator Cut(ICut cut)
    {
        var kept = cut.Kept(Axis.Input(0, Dimension));
        return this with
        {
            Start = kept.Count(index => index < Start),
            Length = kept.Count(index => index >= Start && index < Start + Length),
        };
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"Slice(dimension {Dimension}, {Start}..{Start + Length})";
}

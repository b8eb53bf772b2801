using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// One index of a dimension, without the dimension: the class token of [N, L, E] is index 0 of dimension 1.
/// </summary>
public sealed record Select(int Dimension, int Index) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        var input = shapes.Inputs[0];
        return Dimension < 1 || Dimension >= input.Length || Index < 0 || Index >= input[Dimension]
            ? throw shapes.Error($"index {Index} of dimension {Dimension} is not within {NodeShapes.Show(input)}")
            : input.RemoveAt(Dimension);
    }

    /// <summary>Whether it is the last index of a dimension of this size, and not the only one.</summary>
    internal bool IsLast(long size) => Index > 0 && Index == size - 1;

    public override Tensor Run(in RunContext context) => Aten.Select(context.Input, Dimension, Index);

    // The dimension itself is not spoken of, so it keeps its size, and the index its meaning.
    public override void Couple(ICoupling coupling)
    {
        for (var dimension = 0; dimension < coupling.Shapes.Output.Length; dimension++)
        {
            coupling.Tie(Axis.Input(0, dimension < Dimension ? dimension : dimension + 1), Axis.Output(dimension));
        }
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"Select(dimension {Dimension}, {Index})";
}

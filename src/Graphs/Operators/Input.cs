using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>A value that the caller gives. The shape is that of one sample with the batch dimension in front: [1, C, H, W].</summary>
public sealed record Input(ImmutableArray<long> Shape) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 0, parameters: 0);
        return Shape.IsDefaultOrEmpty || Shape[0] != 1 || Shape.Any(size => size <= 0)
            ? throw shapes.Error("an input's shape must be positive and begin with a batch of 1")
            : Shape;
    }

    public override Tensor Run(in RunContext context) => throw new InvalidOperationException("Inputs are given, not run.");

    public override void Couple(ICoupling coupling)
    {
        for (var dimension = 0; dimension < Shape.Length; dimension++)
        {
            coupling.Freeze(Axis.Output(dimension), "input of the network");
        }
    }

    public override string ToString() => nameof(Input);
}

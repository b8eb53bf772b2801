using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>exp(x) / Σ exp(x) along a dimension, whose coordinates must all stay, or its logarithm.</summary>
public sealed record Softmax(int Dimension, bool Logarithm = false) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        return Dimension >= 1 && Dimension < shapes.Inputs[0].Length
            ? shapes.Inputs[0]
            : throw shapes.Error($"dimension {Dimension} is not one of 1 to {shapes.Inputs[0].Length - 1}");
    }

    public override Tensor Run(in RunContext context) =>
        Logarithm ? Aten.LogSoftmax(context.Input, Dimension) : Aten.Softmax(context.Input, Dimension);

    public override void Couple(ICoupling coupling) => TieElementwise(coupling, except: Dimension);

    public override string ToString() => $"{(Logarithm ? "LogSoftmax" : "Softmax")}(dimension {Dimension})";
}

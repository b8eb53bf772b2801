using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats.Tests.Onnx;

/// <summary>An operator that no file format knows.</summary>
internal sealed record UnknownOperator : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) => shapes.Inputs[0];

    public override Tensor Run(in RunContext context) => context.Input.Alias();

    public override void Couple(ICoupling coupling) => TieElementwise(coupling);
}

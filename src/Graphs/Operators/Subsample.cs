using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>Every stride-th position from the first on, x[:, :, ::s, ::s] of [N, C, H, W].</summary>
public sealed record Subsample(Pair Stride) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 4);
        Window.RequireStride(shapes, Stride.Sizes);
        var input = shapes.Inputs[0];
        return
        [
            input[0], input[1], Window.Size(input[2], 1, Stride.Height, 0), Window.Size(input[3], 1, Stride.Width, 0),
        ];
    }

    public override Tensor Run(in RunContext context)
    {
        using var rows = Aten.Slice(context.Input, 2, 0, context.Input.Shape[2], Stride.Height);
        return Aten.Slice(rows, 3, 0, context.Input.Shape[3], Stride.Width);
    }

    // A direction that is not strided keeps its coordinates: it may be the channels of images that have these last.
    public override void Couple(ICoupling coupling)
    {
        coupling.Tie(Axis.Input(0, 1), Axis.Output(1));
        if (Stride.Height == 1)
        {
            coupling.Tie(Axis.Input(0, 2), Axis.Output(2));
        }

        if (Stride.Width == 1)
        {
            coupling.Tie(Axis.Input(0, 3), Axis.Output(3));
        }
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"Subsample({Stride})";
}

using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Division by the root mean square over the last dimension (Zhang and Sennrich 2019, arXiv 1910.07467): x /
/// sqrt(mean(x²) + epsilon) times weight [C].
/// </summary>
public sealed record RmsNorm(double Epsilon) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, 1);
        return shapes.Parameters[0].SequenceEqual([shapes.Inputs[0][^1]])
            ? shapes.Inputs[0]
            : throw shapes.Error(
                $"weight {NodeShapes.Show(shapes.Parameters[0])} does not fit input "
                + $"{NodeShapes.Show(shapes.Inputs[0])}");
    }

    public override Tensor Run(in RunContext context)
    {
        using var squares = Aten.Square(context.Input);
        using var mean = Aten.Mean(squares, [-1], keepDimensions: true);
        using var stabilised = Aten.Add(mean, Epsilon);
        using var scale = Aten.Rsqrt(stabilised);
        using var normalised = Aten.Mul(context.Input, scale);
        return Aten.Mul(normalised, context.Parameters[0]);
    }

    public override void Couple(ICoupling coupling)
    {
        TieElementwise(coupling);
        coupling.Tie(Axis.Parameter(0, 0), Axis.Output(coupling.Shapes.Output.Length - 1));
    }

    public override AxisRole RoleOf(Axis axis, NodeShapes shapes) =>
        axis.Dimension == shapes.Output.Length - 1 ? AxisRole.Normalised : AxisRole.None;

    public override bool OutputMayBeOverwritten => true;

    public override bool ChangesWhenChannelsLeave => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => nameof(RmsNorm);
}

using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// In training, each channel of each sample of [N, C, H, W] or [N, C, D, H, W] is zero with a probability, and the
/// others are scaled up to keep the mean.
/// </summary>
public sealed record Dropout2d(double Probability) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 4, 5);
        return Probability is >= 0 and < 1
            ? shapes.Inputs[0]
            : throw shapes.Error($"dropout probability {Probability} is not in [0, 1)");
    }

    public override Tensor Run(in RunContext context) =>
        Aten.FeatureDropout(context.Input, Probability, context.Training, context.Generator);

    public override void Couple(ICoupling coupling) => TieElementwise(coupling);

    public override bool DrawsRandomNumbers => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"Dropout2d({Probability})";
}

using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// In training, each sample of a residual branch is zero with a probability, and the others are scaled up to keep the
/// mean (Huang et al. 2016, arXiv 1603.09382).
/// </summary>
public sealed record StochasticDepth(double Probability) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        return Probability is >= 0 and < 1
            ? shapes.Inputs[0]
            : throw shapes.Error($"the probability {Probability} of stochastic depth is not in [0, 1)");
    }

    public override Tensor Run(in RunContext context)
    {
        var x = context.Input;
        if (!context.Training || Probability == 0)
        {
            return x.Alias();
        }

        // One draw a sample: 0, or 1 / (1 - probability).
        var shape = new long[x.Rank];
        Array.Fill(shape, 1);
        shape[0] = x.Shape[0];
        using var ones = Tensor.Ones(shape, x.DType, x.Device);
        using var scale = Aten.Dropout(ones, Probability, training: true, context.Generator);
        return Aten.Mul(x, scale);
    }

    public override void Couple(ICoupling coupling) => TieElementwise(coupling);

    public override bool DrawsRandomNumbers => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"StochasticDepth({Probability})";
}

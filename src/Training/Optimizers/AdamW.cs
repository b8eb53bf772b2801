using Ocs.Torch;

namespace Ocs.Training.Optimizers;

/// <summary>
/// Adam with decoupled weight decay, as PyTorch defines it (Loshchilov and Hutter 2019, arXiv 1711.05101): before
/// <see cref="Adam"/>'s step w ← (1 - rate decay) w, and the gradient is left alone.
/// </summary>
public sealed class AdamW : Adam
{
    /// <summary>An optimiser without state.</summary>
    /// <param name="options">Beta1, beta2, epsilon and weight decay.</param>
    public AdamW(TrainingOptions options)
        : base(options)
    {
    }

    private protected override void Decay(StepGroup group, Tensor learningRate)
    {
        if (group.WeightDecay > 0)
        {
            using var factor = Aten.Mul(learningRate, -group.WeightDecay);
            Aten.AddInPlace(factor, 1.0);
            Aten.ForeachMulInPlace(group.Weights, [.. group.Weights.Select(_ => factor)]);
        }
    }
}

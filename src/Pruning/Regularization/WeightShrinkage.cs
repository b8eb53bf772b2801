using Ocs.Torch;

namespace Ocs.Pruning.Regularization;

/// <summary>Shrinks the pruned slices after an optimiser step.</summary>
/// <remarks>
/// g ← g (1 - lambda · learning rate) for each pruned g. A weight that lies in a pruned row and a pruned column belongs
/// to two groups, and is shrunk by both.
/// </remarks>
[Paper("Eq. 9")]
internal static class WeightShrinkage
{
    public static void Apply(PrunedSlices slices, double lambda, double learningRate)
    {
        using var addend = Tensor.Full([], -lambda * learningRate);
        Apply(slices, addend);
    }

    /// <summary>The same with -lambda · learning rate in a tensor [], on the CPU or where the weights are.</summary>
    public static void Apply(PrunedSlices slices, Tensor addend)
    {
        if (slices.IsEmpty)
        {
            return;
        }

        using var _ = Autograd.NoGrad();
        using var factors = Aten.Mul(slices.Mask, addend);
        Aten.AddInPlace(factors, 1.0);
        Aten.CopyInPlace(slices.Scale, factors);
        Aten.ForeachMulInPlace(slices.Parameters, slices.ScaleViews);
    }
}

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

    /// <summary>Multiplies the slices, and those of other tensors.</summary>
    /// <param name="slices">The pruned slices.</param>
    /// <param name="addend">
    /// The factor less 1, such as -lambda · learning rate: [], on the CPU or where the weights are.
    /// </param>
    /// <param name="alike">
    /// Tensors with the parameters' shapes, by name, that are shrunk too. Names without a tensor are skipped.
    /// </param>
    public static void Apply(
        PrunedSlices slices, Tensor addend, params ReadOnlySpan<IReadOnlyDictionary<string, Tensor>> alike)
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
        foreach (var tensors in alike)
        {
            var (found, scales) = slices.Of(tensors);
            if (found.Length > 0)
            {
                Aten.ForeachMulInPlace(found, scales);
            }
        }
    }
}

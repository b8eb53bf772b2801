using Ocs.Torch;

namespace Ocs.Pruning.Regularization;

/// <summary>The penalty on pruned slices. Its gradient is added to the gradients of backward.</summary>
/// <remarks>
/// L_total = L + lambda Σ_{g pruned} Σ_{w∈g} ‖w‖₂, whose gradient is lambda w / ‖w‖₂ for each slice (0 for a slice that
/// is 0). The authors' program computes the sum without a gradient.
/// </remarks>
[Paper("Eq. 8")]
internal static class GroupPenalty
{
    // Below this a slice counts as 0: its direction is noise.
    private const double Smallest = 1e-12;

    public static void AddGradient(PrunedSlices slices, double lambda)
    {
        if (slices.IsEmpty)
        {
            return;
        }

        using var _ = Autograd.NoGrad();
        using var norms = slices.Norms();
        using var safe = Aten.Clamp(norms, min: Smallest);
        using var scaled = Aten.Mul(slices.Mask, lambda);
        using var perIndex = Aten.Div(scaled, safe);
        Aten.CopyInPlace(slices.Scale, perIndex);
        var parameters = slices.Parameters;
        var gradients = parameters.Select(Gradient).ToArray();
        Aten.ForeachAddcmulInPlace(gradients, parameters, slices.ScaleViews, 1.0);
        Array.ForEach(gradients, gradient => gradient.Dispose());
    }

    private static Tensor Gradient(Tensor parameter) => parameter.GetGradient()
        ?? throw new InvalidOperationException("The penalty's gradient is added after the backward pass.");
}

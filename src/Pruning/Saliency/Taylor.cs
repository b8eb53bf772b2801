using Ocs.Torch;

namespace Ocs.Pruning.Saliency;

/// <summary>
/// The mean over a channel's slices of (Σ w ∂L/∂w)²: how much the loss changes, to first order and squared, when the
/// slice leaves.
/// </summary>
/// <remarks>
/// It uses the gradients stored in the parameters. Gradients accumulated over several batches count as one.
/// </remarks>
internal sealed class Taylor : ISaliency
{
    public string Name => OptionName.Of(nameof(SaliencyKind.Taylor));

    public bool NeedsGradients => true;

    public IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups)
    {
        var sums = SliceSums.Compute(groups, Along);
        return groups.Select(slices => slices.MeanOverMembers(
            (member, channel) => Math.Pow(sums.Of(member, channel), 2)));
    }

    private static Tensor Along(Tensor parameter, int dimension, string name)
    {
        using var gradient = parameter.GetGradient() ?? throw new OcsInputException(
            $"Parameter '{name}' has no gradient, which the criterion taylor multiplies weights with; "
            + "run backward on training data before ranking.");
        using var product = Aten.Mul(parameter, gradient);
        return SliceNorms.SumAlong(product, dimension, DType.Float64);
    }
}

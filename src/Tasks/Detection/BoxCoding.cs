using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>
/// Offsets from default boxes. Liu et al. 2016, arXiv 1512.02325, section 2.2. <see cref="DefaultBoxes"/> makes boxes
/// of them again.
/// </summary>
internal static class BoxCoding
{
    // No object is smaller; it keeps the logarithm of what is only filled in finite.
    private const double Smallest = 1e-8;

    /// <summary>The offsets of boxes [N, D, 4] by their edges: [N, D, 4].</summary>
    public static Tensor Encode(Tensor boxes, BoxConstants defaults)
    {
        using var first = Aten.Narrow(boxes, 2, 0, 2);
        using var second = Aten.Narrow(boxes, 2, 2, 2);
        using var sum = Aten.Add(first, second);
        using var centres = Aten.Mul(sum, 0.5);
        using var difference = Aten.Sub(second, first);
        using var sizes = Aten.Clamp(difference, min: Smallest);
        using var moved = Aten.Sub(centres, defaults.Centres);
        using var shares = Aten.Div(moved, defaults.Sizes);
        using var ratios = Aten.Div(sizes, defaults.Sizes);
        using var logarithms = Aten.Log(ratios);
        using var scaledShares = Aten.Div(shares, defaults.CentreVariance);
        using var scaledLogarithms = Aten.Div(logarithms, defaults.SizeVariance);
        return Aten.Cat([scaledShares, scaledLogarithms], 2);
    }
}

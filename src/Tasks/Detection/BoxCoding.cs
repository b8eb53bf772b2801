using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>Offsets from default boxes, and back. Liu et al. 2016, arXiv 1512.02325, section 2.2.</summary>
internal static class BoxCoding
{
    // A box is at most so many times as wide or high as its default box, as in torchvision.
    private const double LargestRatio = 1000.0 / 16;

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

    /// <summary>The boxes of offsets [N, D, 4] by their edges, within the image: [N, D, 4].</summary>
    public static Tensor Decode(Tensor offsets, BoxConstants defaults)
    {
        using var first = Aten.Narrow(offsets, 2, 0, 2);
        using var second = Aten.Narrow(offsets, 2, 2, 2);
        using var shares = Aten.Mul(first, defaults.CentreVariance);
        using var moved = Aten.Mul(shares, defaults.Sizes);
        using var centres = Aten.Add(moved, defaults.Centres);
        using var logarithms = Aten.Mul(second, defaults.SizeVariance);
        using var bounded = Aten.Clamp(logarithms, max: Math.Log(LargestRatio));
        using var ratios = Aten.Exp(bounded);
        using var sizes = Aten.Mul(ratios, defaults.Sizes);
        using var low = Aten.Sub(centres, sizes, 0.5);
        using var high = Aten.Add(centres, sizes, 0.5);
        using var boxes = Aten.Cat([low, high], 2);
        return Aten.Clamp(boxes, 0, 1);
    }
}

using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>How a detector's loss is normalized.</summary>
public enum DetectionLossNormalization
{
    /// <summary>
    /// The loss of each image is divided by its number of matched default boxes, and then averaged over the images, as
    /// in NVIDIA's DeepLearningExamples.
    /// </summary>
    PerImage,

    /// <summary>
    /// The loss of all images is divided by the number of matched default boxes of the batch, as in torchvision.
    /// </summary>
    PerBatch,
}

/// <summary>
/// SSD's loss. Liu et al. 2016, arXiv 1512.02325, Eq. 1: smooth L1 of the offsets of matched default boxes, plus
/// cross-entropy of them and of the hardest of the others.
/// </summary>
/// <param name="Normalization">What it is divided by.</param>
/// <param name="NegativesPerPositive">How many of the others count for each matched box, in an image.</param>
internal sealed record MultiboxLoss(DetectionLossNormalization Normalization, int NegativesPerPositive)
{
    // Avoids 0 / 0 if an image has no object.
    private const double Few = 1e-6;

    /// <summary>The loss, []; nothing is read from the device.</summary>
    /// <param name="offsets">[N, D, 4].</param>
    /// <param name="logits">[N, D, 1 + classes], the background first.</param>
    /// <param name="matches">What each default box has to find.</param>
    /// <param name="defaults">The default boxes.</param>
    public Tensor Of(Tensor offsets, Tensor logits, BoxMatches matches, BoxConstants defaults)
    {
        using var isPositive = Aten.Call("aten::gt", "Scalar", matches.Classes, 0L)[0];
        using var positives = isPositive.To(DType.Float32);
        using var counts = Aten.Sum(positives, [1]);
        using var entropies = CrossEntropies(logits, matches.Classes);
        using var weights = Weights(entropies, isPositive, positives);
        using var weighted = Aten.Mul(entropies, weights);
        using var localization = Localization(offsets, matches, defaults, isPositive);
        using var losses = Aten.Add(weighted, localization);
        using var sums = Aten.Sum(losses, [1]);
        if (Normalization == DetectionLossNormalization.PerImage)
        {
            using var divisors = Aten.Clamp(counts, min: Few);
            using var shares = Aten.Div(sums, divisors);
            return Aten.Mean(shares);
        }

        using var total = Aten.Sum(sums);
        using var count = Aten.Sum(counts);
        using var divisor = Aten.Clamp(count, min: 1);
        return Aten.Div(total, divisor);
    }

    // [N, D]; 0 for the background.
    private static Tensor Localization(
        Tensor offsets, BoxMatches matches, BoxConstants defaults, Tensor isPositive)
    {
        using var given = offsets.To(DType.Float32);
        using var encoded = BoxCoding.Encode(matches.Boxes, defaults);
        using var flags = Aten.Unsqueeze(isPositive, 2);
        using var detached = given.Detach();
        using var wanted = Aten.Where(flags, encoded, detached);
        using var losses = Aten.Call("aten::smooth_l1_loss", "", given, wanted, (long)Reduction.None, 1.0)[0];
        return Aten.Sum(losses, [2]);
    }

    // [N, D].
    private static Tensor CrossEntropies(Tensor logits, Tensor classes)
    {
        using var given = logits.To(DType.Float32);
        using var logarithms = Aten.LogSoftmax(given, 2);
        using var column = Aten.Unsqueeze(classes, 2);
        using var chosen = Aten.Call("aten::gather", "", logarithms, 2L, column, false)[0];
        using var flat = Aten.Select(chosen, 2, 0);
        return Aten.Neg(flat);
    }

    // [N, D]: 1 for matched boxes and the hardest of the others, else 0.
    private Tensor Weights(Tensor entropies, Tensor isPositive, Tensor positives)
    {
        using var _ = Autograd.NoGrad();
        using var least = Tensor.Full([], double.NegativeInfinity, device: entropies.Device);
        using var hardness = Aten.Where(isPositive, least, entropies);
        using var order = Order(hardness, descending: true);
        using var ranks = Order(order, descending: false);
        using var counts = Aten.Sum(positives, [1], keepDimensions: true);
        using var limits = Aten.Mul(counts, NegativesPerPositive);
        using var isHard = Aten.Call("aten::lt", "Tensor", ranks, limits)[0];
        using var counted = Aten.Call("aten::logical_or", "", isHard, isPositive)[0];
        return counted.To(DType.Float32);
    }

    private static Tensor Order(Tensor values, bool descending)
    {
        var sorted = Aten.Call("aten::sort", "stable", values, true, 1L, descending);
        sorted[0].Dispose();
        return sorted[1];
    }
}

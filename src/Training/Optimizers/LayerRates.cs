namespace Ocs.Training.Optimizers;

/// <summary>
/// Layer-wise decay of the learning rate: layers near the input, whose features are common to all tasks, change less.
/// </summary>
/// <remarks>
/// For fine-tuning transformers (Bao et al. 2022, arXiv 2106.08254): the rate falls by the same factor from block to
/// block. Here the blocks of any network are twelve equal parts of its layers, in the order of its parameters, as in
/// ViT-B; the last layer, new in fine-tuning, has the whole rate.
/// </remarks>
internal static class LayerRates
{
    private const int Blocks = 12;

    /// <summary>The factor on the learning rate of each parameter.</summary>
    /// <param name="names">Parameters in the order of the network, such as layer1.0.conv1.weight.</param>
    /// <param name="decay">The factor from block to block, in (0, 1].</param>
    public static double[] Of(IReadOnlyList<string> names, double decay)
    {
        if (decay == 1)
        {
            return [.. Enumerable.Repeat(1.0, names.Count)];
        }

        List<string> layers = [.. names.Select(LayerOf).Distinct()];
        var before = Math.Max(layers.Count - 1, 1);
        var blocks = Math.Min(Blocks, before);
        var rates = layers.Select((layer, i) => (layer, Rate: Math.Pow(decay, blocks - (i * blocks / before))))
            .ToDictionary(pair => pair.layer, pair => pair.Rate);
        return [.. names.Select(name => rates[LayerOf(name)])];
    }

    private static string LayerOf(string name) =>
        name.LastIndexOf('.') is var end and >= 0 ? name[..end] : name;
}

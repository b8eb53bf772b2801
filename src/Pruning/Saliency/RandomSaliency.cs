namespace Ocs.Pruning.Saliency;

/// <summary>
/// A number in [0, 1) for each channel, a function of seed, group and channel alone: SplitMix64 (Steele et al. 2014).
/// </summary>
internal sealed class RandomSaliency(ulong seed) : ISaliency
{
    public string Name => OptionName.Of(nameof(SaliencyKind.Random));

    public IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups) => groups.Select(slices =>
    {
        var stream = Rng.Mix(Rng.Mix(seed + Rng.GoldenGamma) + (ulong)slices.Group.Id * Rng.GoldenGamma);
        return Enumerable.Range(1, slices.Group.Channels)
            .Select(channel => (Rng.Mix(stream + (ulong)channel * Rng.GoldenGamma) >> 11) * (1.0 / (1UL << 53)))
            .ToArray();
    });
}

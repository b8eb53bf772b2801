namespace Ocs.Pruning.Saliency;

/// <summary>
/// A number in [0, 1) for each channel, a function of seed, group and channel alone: SplitMix64 (Steele et al. 2014).
/// </summary>
internal static class RandomSaliency
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    public static IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups, ulong seed) => groups.Select(slices =>
    {
        var stream = Mix(Mix(seed + Increment) + (ulong)slices.Group.Id * Increment);
        return Enumerable.Range(1, slices.Group.Channels)
            .Select(channel => (Mix(stream + (ulong)channel * Increment) >> 11) * (1.0 / (1UL << 53)))
            .ToArray();
    });

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

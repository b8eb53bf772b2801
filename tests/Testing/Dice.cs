namespace Ocs.Testing;

/// <summary>Reproducible random numbers for tests: SplitMix64 (Steele et al. 2014).</summary>
public sealed class Dice(int seed)
{
    private ulong _state = (ulong)seed;

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>One of 0 to <paramref name="sides"/> - 1.</summary>
    public int Roll(int sides) => (int)(Next() % (ulong)sides);

    public bool Chance(double probability) => Uniform() < probability;

    public T Pick<T>(params ReadOnlySpan<T> items) => items[Roll(items.Length)];

    /// <summary>Numbers between <paramref name="low"/> and <paramref name="high"/>.</summary>
    public float[] Floats(long count, double low, double high) =>
        [.. Enumerable.Range(0, (int)count).Select(_ => (float)(low + (high - low) * Uniform()))];

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

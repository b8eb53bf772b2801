namespace Ocs.Formats.Tests;

/// <summary>Repeatable draws (SplitMix64, Steele et al. 2014).</summary>
internal sealed class Draw(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number from 0 to limit - 1.</summary>
    public int Below(int limit)
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)((mixed ^ (mixed >> 31)) % (ulong)limit);
    }

    public T Of<T>(params ReadOnlySpan<T> choices) => choices[Below(choices.Length)];
}

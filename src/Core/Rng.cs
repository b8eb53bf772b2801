using System.Numerics;
using System.Text;

namespace Ocs.Core;

/// <summary>
/// The run's seeded random numbers: the same on every machine, and its state can be saved and restored.
/// </summary>
/// <remarks>
/// xoshiro256** 1.0 (Blackman and Vigna 2021, doi 10.1145/3460772), its state filled by splitmix64
/// (Steele, Lea and Flood 2014, doi 10.1145/2660193.2660195). Not safe for use by two threads at once.
/// </remarks>
internal sealed class Rng
{
    /// <summary>What splitmix64 adds for each number.</summary>
    public const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    public Rng(ulong seed) => Reseed(seed);

    /// <summary>The four words that determine every number to come.</summary>
    public ulong[] State
    {
        get => [_s0, _s1, _s2, _s3];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Length != 4 || (value[0] | value[1] | value[2] | value[3]) == 0)
            {
                throw new ArgumentException("the state is four words that are not all zero", nameof(value));
            }

            (_s0, _s1, _s2, _s3) = (value[0], value[1], value[2], value[3]);
        }
    }

    /// <summary>
    /// A separate generator for one use of randomness, so that uses do not shift each other's numbers.
    /// </summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">What the numbers are for, e.g. <c>shuffle</c>.</param>
    /// <param name="index">Which of the stream's generators, e.g. the epoch.</param>
    public static Rng ForStream(ulong seed, string stream, long index = 0) => new(StreamSeed(seed, stream, index));

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A number in [0, <paramref name="bound"/>), each equally likely.</summary>
    /// <remarks>Multiplication with rejection: Lemire 2019, doi 10.1145/3230636.</remarks>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var high = Math.BigMul(NextUInt64(), (ulong)bound, out var low);
        if (low < (ulong)bound)
        {
            var threshold = (0UL - (ulong)bound) % (ulong)bound;
            while (low < threshold)
            {
                high = Math.BigMul(NextUInt64(), (ulong)bound, out low);
            }
        }

        return (int)high;
    }

    /// <summary>A multiple of 2^-53 in [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True or false, equally likely.</summary>
    public bool NextBool() => (long)NextUInt64() < 0;

    /// <summary>Puts the items in a random order, each order equally likely (Fisher and Yates).</summary>
    public void Shuffle(Span<int> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = Next(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    internal static ulong StreamSeed(ulong seed, string stream, long index)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var hash = 0xCBF29CE484222325; // FNV-1a, 64 bits
        foreach (var letter in Encoding.UTF8.GetBytes(stream))
        {
            hash = (hash ^ letter) * 0x100000001B3;
        }

        return Mix(Mix(seed + GoldenGamma) ^ hash) + Mix((ulong)index);
    }

    internal void Reseed(ulong seed)
    {
        _s0 = Mix(seed += GoldenGamma);
        _s1 = Mix(seed += GoldenGamma);
        _s2 = Mix(seed += GoldenGamma);
        _s3 = Mix(seed + GoldenGamma);
    }

    /// <summary>The output of splitmix64 for a state.</summary>
    internal static ulong Mix(ulong word)
    {
        word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9;
        word = (word ^ (word >> 27)) * 0x94D049BB133111EB;
        return word ^ (word >> 31);
    }
}

namespace Ocs.Data;

/// <summary>
/// The part of every batch that one of several processes takes: consecutive images, parts that differ by one image at
/// most.
/// </summary>
/// <param name="Rank">Which part, from 0.</param>
/// <param name="Count">How many parts.</param>
public readonly record struct Shard(int Rank, int Count)
{
    /// <summary>All of a batch.</summary>
    public static Shard Whole => new(0, 1);

    /// <summary>Where the part of <paramref name="images"/> begins and ends.</summary>
    public Range Of(int images) => (int)((long)images * Rank / Count)..(int)((long)images * (Rank + 1) / Count);
}

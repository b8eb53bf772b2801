using System.Runtime.InteropServices;

namespace Ocs.Pruning.Coupling;

/// <summary>
/// The channels of a network: the classes of coordinates that have one in a channel dimension of a parameter. A
/// channel's coordinates, each a bundle and an index in it, ascend.
/// </summary>
internal sealed class ChannelTable
{
    private const int NotFrozen = int.MaxValue;

    private readonly int[] _starts;
    private readonly int[] _bundles;
    private readonly int[] _indices;
    private readonly string?[] _reasons;

    public ChannelTable(BlockTable blocks, BundleTable bundles, CouplingRules rules)
    {
        var channelOf = Number(blocks, bundles, rules, out var count);
        _starts = new int[count + 1];
        foreach (var channel in channelOf)
        {
            if (channel >= 0)
            {
                _starts[channel + 1]++;
            }
        }

        for (var channel = 0; channel < count; channel++)
        {
            _starts[channel + 1] += _starts[channel];
        }

        (_bundles, _indices, _reasons) = (new int[_starts[count]], new int[_starts[count]], new string?[count]);
        var next = _starts.AsSpan(..count).ToArray();
        var firstFrozen = Enumerable.Repeat(NotFrozen, count).ToArray();
        for (var bundle = 0; bundle < bundles.Count; bundle++)
        {
            var frozen = bundles.BlocksOf(bundle).FirstOrDefault(rules.IsFrozen, NotFrozen);
            for (var index = 0; index < bundles.SizeOf(bundle); index++)
            {
                if (channelOf[bundles.FirstCoordinateOf(bundle) + index] is >= 0 and var channel)
                {
                    var place = next[channel]++;
                    (_bundles[place], _indices[place]) = (bundle, index);
                    firstFrozen[channel] = Math.Min(firstFrozen[channel], frozen);
                }
            }
        }

        var reasons = firstFrozen
            .Distinct()
            .Where(block => block != NotFrozen)
            .ToDictionary(block => block, rules.FrozenReason);
        for (var channel = 0; channel < count; channel++)
        {
            _reasons[channel] = reasons.GetValueOrDefault(firstFrozen[channel]);
        }
    }

    public ReadOnlySpan<int> BundlesOf(int channel) => _bundles.AsSpan(_starts[channel].._starts[channel + 1]);

    public ReadOnlySpan<int> IndicesOf(int channel) => _indices.AsSpan(_starts[channel].._starts[channel + 1]);

    /// <summary>
    /// Why the channel cannot be removed: the reason of its first frozen block. Null if it can be removed.
    /// </summary>
    public string? ReasonOf(int channel) => _reasons[channel];

    /// <summary>
    /// Groups channels that have equally many coordinates in the same bundles and the same reason to be frozen.
    /// </summary>
    public IEnumerable<List<int>> ByKind()
    {
        var groups = new Dictionary<int, List<int>>(new SameBundles(this));
        for (var channel = 0; channel < _reasons.Length; channel++)
        {
            ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(groups, channel, out _);
            (group ??= []).Add(channel);
        }

        return groups.Values;
    }

    // The channel of each coordinate, -1 for none. They are numbered as they come.
    private static int[] Number(BlockTable blocks, BundleTable bundles, CouplingRules rules, out int count)
    {
        var channelOfClass = new int[bundles.CoordinateCount];
        channelOfClass.AsSpan().Fill(-1);
        count = 0;
        for (var bundle = 0; bundle < bundles.Count; bundle++)
        {
            if (bundles.BlocksOf(bundle).Any(block =>
                blocks.All[block].Parameter >= 0 && rules.IsChannelDimension(block)))
            {
                foreach (var coordinate in bundles.CoordinatesOf(bundle))
                {
                    ref var channel = ref channelOfClass[bundles.Classes.Find(coordinate)];
                    channel = channel < 0 ? count++ : channel;
                }
            }
        }

        var channelOf = new int[bundles.CoordinateCount];
        for (var coordinate = 0; coordinate < channelOf.Length; coordinate++)
        {
            channelOf[coordinate] = channelOfClass[bundles.Classes.Find(coordinate)];
        }

        return channelOf;
    }

    private sealed class SameBundles(ChannelTable table) : IEqualityComparer<int>
    {
        public bool Equals(int x, int y) =>
            table.BundlesOf(x).SequenceEqual(table.BundlesOf(y)) && table._reasons[x] == table._reasons[y];

        public int GetHashCode(int channel)
        {
            var hash = new HashCode();
            hash.AddBytes(MemoryMarshal.AsBytes(table.BundlesOf(channel)));
            return hash.ToHashCode();
        }
    }
}

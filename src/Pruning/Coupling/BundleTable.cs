using System.Runtime.InteropServices;

namespace Ocs.Pruning.Coupling;

/// <summary>
/// A bundle is a set of blocks that are tied as a whole. So the ties of most operators need not be counted index by
/// index. Bundles are in the order of their first blocks, and each index of a bundle is a coordinate. A bundle without
/// a parameter and without a tie of single coordinates has no channels, and therefore no coordinates. The heights and
/// widths of large images are such bundles.
/// </summary>
internal sealed class BundleTable
{
    private readonly int[] _bundleOf;
    private readonly List<List<int>> _blocks = [];
    private readonly List<int> _firstCoordinates = [];

    public BundleTable(BlockTable blocks, CouplingRules rules)
    {
        _bundleOf = new int[blocks.All.Length];
        var hasCoordinates = HaveCoordinates(blocks, rules);
        var bundleOfRoot = new Dictionary<int, int>();
        for (var block = 0; block < _bundleOf.Length; block++)
        {
            var root = rules.Whole.Find(block);
            ref var bundle = ref CollectionsMarshal.GetValueRefOrAddDefault(bundleOfRoot, root, out var isKnown);
            if (!isKnown)
            {
                bundle = _blocks.Count;
                _blocks.Add([]);
                _firstCoordinates.Add(CoordinateCount);
                CoordinateCount = checked(CoordinateCount + (hasCoordinates[root] ? blocks.All[block].Size : 0));
            }

            _bundleOf[block] = bundle;
            _blocks[bundle].Add(block);
        }

        Classes = new UnionFind(CoordinateCount);
        foreach (var (blockA, indexA, blockB, indexB) in rules.Ties)
        {
            Classes.Union(_firstCoordinates[_bundleOf[blockA]] + indexA, _firstCoordinates[_bundleOf[blockB]] + indexB);
        }
    }

    // Indexed by the block that represents its bundle.
    private static bool[] HaveCoordinates(BlockTable blocks, CouplingRules rules)
    {
        var have = new bool[blocks.All.Length];
        for (var block = 0; block < have.Length; block++)
        {
            have[rules.Whole.Find(block)] |= blocks.All[block].Parameter >= 0;
        }

        foreach (var tie in rules.Ties)
        {
            (have[rules.Whole.Find(tie.BlockA)], have[rules.Whole.Find(tie.BlockB)]) = (true, true);
        }

        return have;
    }

    public int Count => _blocks.Count;

    public int CoordinateCount { get; }

    /// <summary>Coordinates that are of the same channel.</summary>
    public UnionFind Classes { get; }

    /// <summary>The blocks of a bundle, ascending.</summary>
    public IReadOnlyList<int> BlocksOf(int bundle) => _blocks[bundle];

    /// <summary>The coordinate of a bundle's index 0.</summary>
    public int FirstCoordinateOf(int bundle) => _firstCoordinates[bundle];

    public int SizeOf(int bundle) =>
        (bundle + 1 < Count ? _firstCoordinates[bundle + 1] : CoordinateCount) - _firstCoordinates[bundle];

    public IEnumerable<int> CoordinatesOf(int bundle) => Enumerable.Range(FirstCoordinateOf(bundle), SizeOf(bundle));
}

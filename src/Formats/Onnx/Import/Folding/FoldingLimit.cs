using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Folding;

/// <summary>Keeps a small file from asking for much memory: what is computed from constants is as large as masks of attention, not more.</summary>
internal static class FoldingLimit
{
    private const long HighestCount = 1 << 22;

    /// <summary>The shape, if it is one and no larger than the limit or than what was there before.</summary>
    public static ImmutableArray<long> Require(NodeArguments node, ImmutableArray<long> shape, long before = 0)
    {
        var count = 1.0;
        foreach (var size in shape)
        {
            count = size < 0 ? double.PositiveInfinity : count * size;
        }

        return count <= Math.Max(HighestCount, before)
            ? shape
            : throw node.Error($"its constant output [{string.Join(", ", shape)}] is not computed, for it is larger than {HighestCount} numbers");
    }
}

using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Folding;

/// <summary>
/// Keeps a small file from asking for much memory. One value that is computed from constants is as large as masks of
/// attention, or as all numbers of the file, not larger; and what is computed, and then what becomes parameters, is
/// limited in sum, too.
/// </summary>
internal sealed class FoldingLimit
{
    private const long HighestCount = 1 << 22;
    private const long HighestSum = 1 << 25;
    private const long HighestMultiple = 4;

    private long _computed;

    /// <summary>How many numbers the file's own tensors have.</summary>
    public long NumbersInFile { get; set; }

    /// <summary>How many numbers may be made of the file's in sum.</summary>
    public long Sum => HighestSum + HighestMultiple * NumbersInFile;

    /// <summary>The shape of a constant that a node is about to make, if it is one and within the limits.</summary>
    public static ImmutableArray<long> Require(NodeArguments node, ImmutableArray<long> shape)
    {
        var count = 1.0;
        foreach (var size in shape)
        {
            count = size < 0 ? double.PositiveInfinity : count * size;
        }

        return node.Graph.Limit.Take(count)
            ? shape
            : throw node.Error(
                $"its constant output [{string.Join(", ", shape)}] is not computed, "
                + $"for it has more than {HighestCount} numbers, or more with all that is computed before it than such "
                + "a file needs");
    }

    private bool Take(double count)
    {
        if (count > Math.Max(HighestCount, NumbersInFile) || _computed + count > Sum)
        {
            return false;
        }

        _computed += (long)count;
        return true;
    }
}

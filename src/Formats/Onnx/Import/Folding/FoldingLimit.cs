using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Folding;

/// <summary>
/// Keeps a small file from asking for much memory. A folded constant may be as large as an attention mask, or as all
/// numbers of the file. The sum of all folded constants is limited too, and the sum of all parameters.
/// </summary>
internal sealed class FoldingLimit
{
    private const long HighestCount = 1 << 22;
    private const long HighestSum = 1 << 25;
    private const long HighestMultiple = 4;

    private long _computed;

    /// <summary>The number of elements in the file's own tensors.</summary>
    public long NumbersInFile { get; set; }

    /// <summary>The largest number of elements of all folded constants.</summary>
    public long Sum => HighestSum + HighestMultiple * NumbersInFile;

    /// <summary>Checks the shape of a constant before a node computes it.</summary>
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

using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import.Shapes;

/// <summary>Refuses implausible sizes before memory is allocated for them.</summary>
internal sealed class ShapeLimit
{
    private const int HighestRank = 16;
    private const double HighestCount = int.MaxValue;

    private long _coordinates;

    /// <summary>Returns the shape of a value if it is within the limits.</summary>
    public ImmutableArray<long> Require(ImmutableArray<long> shape, Func<string, Exception> error)
    {
        if (shape.Length > HighestRank
            || shape.Any(size => size is < 0 or > int.MaxValue)
            || shape.Aggregate(1.0, (product, size) => product * size) > HighestCount)
        {
            throw error(
                $"its output would be {NodeShapes.Show([.. shape.Take(HighestRank)])}, "
                + "which is larger than a value may be for one sample");
        }

        _coordinates += shape.Sum();
        return _coordinates <= GraphVerifier.HighestCoordinates
            ? shape
            : throw error(
                $"with its output {NodeShapes.Show(shape)} all sizes of all values add up to more than "
                + $"{GraphVerifier.HighestCoordinates}");
    }
}

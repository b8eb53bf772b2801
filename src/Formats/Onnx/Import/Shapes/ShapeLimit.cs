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
    /// <param name="shape">The shape.</param>
    /// <param name="error">Makes the error for a size that no value has.</param>
    /// <param name="tooMany">
    /// Makes the error for a value with which all sizes together are too many; default: <paramref name="error"/>.
    /// </param>
    public ImmutableArray<long> Require(
        ImmutableArray<long> shape, Func<string, Exception> error, Func<string, Exception>? tooMany = null)
    {
        if (shape.Length > HighestRank
            || shape.Any(size => size is < 0 or > int.MaxValue)
            || shape.Aggregate(1.0, (product, size) => product * size) > HighestCount)
        {
            throw error(
                $"its output would be {NodeShapes.Show([.. shape.Take(HighestRank)])}, "
                + "which is larger than a value may be for one sample");
        }

        if (_coordinates + shape.Sum() > GraphVerifier.HighestCoordinates)
        {
            throw (tooMany ?? error)(
                $"with its output {NodeShapes.Show(shape)} all sizes of all values add up to more than "
                + $"{GraphVerifier.HighestCoordinates}");
        }

        _coordinates += shape.Sum();
        return shape;
    }
}

using Ocs.Torch;

namespace Ocs.Pruning.Saliency;

/// <summary>Norms of a parameter along one of its dimensions.</summary>
/// <remarks>
/// They are sums of 32-bit squares. libtorch sums in pairs, so they are as exact as its norm operator, which takes more
/// than ten times as long.
/// </remarks>
internal static class SliceNorms
{
    /// <summary>‖·‖₂ of every index of a dimension, [size of the dimension]; the caller owns it.</summary>
    public static Tensor Along(Tensor parameter, int dimension)
    {
        if (parameter.Rank == 1)
        {
            return Aten.Abs(parameter);
        }

        using var squares = SumsOfSquares(parameter, dimension);
        return Aten.Sqrt(squares);
    }

    /// <summary>‖·‖₁ of every index of a dimension as 64-bit numbers; the caller owns it.</summary>
    public static Tensor MagnitudesAlong(Tensor parameter, int dimension)
    {
        using var magnitudes = Aten.Abs(parameter);
        return SumAlong(magnitudes, dimension, DType.Float64);
    }

    /// <summary>‖·‖₂² of every index of a dimension as 64-bit numbers; the caller owns it.</summary>
    public static Tensor SquaresAlong(Tensor parameter, int dimension)
    {
        using var squares = SumsOfSquares(parameter, dimension);
        return squares.To(DType.Float64);
    }

    /// <summary>The sum over the other dimensions, [size of the dimension]; the caller owns it.</summary>
    public static Tensor SumAlong(Tensor values, int dimension, DType dtype) => values.Rank == 1
        ? values.To(dtype)
        : Aten.Sum(
            values,
            [.. Enumerable.Range(0, values.Rank).Where(other => other != dimension)],
            keepDimensions: false,
            dtype);

    private static Tensor SumsOfSquares(Tensor parameter, int dimension)
    {
        using var squares = Aten.Square(parameter);
        return SumAlong(squares, dimension, parameter.DType);
    }
}

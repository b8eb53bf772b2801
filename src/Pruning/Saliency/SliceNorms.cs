using Ocs.Torch;

namespace Ocs.Pruning.Saliency;

/// <summary>Norms of a parameter along one of its dimensions.</summary>
internal static class SliceNorms
{
    /// <summary>‖·‖ of every index of a dimension, [size of the dimension]; the caller owns it.</summary>
    public static Tensor Along(Tensor parameter, int dimension, DType? dtype = null, double order = 2)
    {
        if (parameter.Rank == 1)
        {
            using var absolute = Aten.Abs(parameter);
            return absolute.To(dtype ?? parameter.DType);
        }

        return Aten.VectorNorm(parameter, order, AllBut(dimension, parameter.Rank), keepDimensions: false, dtype);
    }

    /// <summary>‖·‖₂² of every index of a dimension as 64-bit numbers; the caller owns it.</summary>
    public static Tensor SquaresAlong(Tensor parameter, int dimension)
    {
        using var norms = Along(parameter, dimension, DType.Float64);
        return Aten.Square(norms);
    }

    /// <summary>The other dimensions.</summary>
    public static long[] AllBut(int dimension, int rank) =>
        [.. Enumerable.Range(0, rank).Where(other => other != dimension).Select(other => (long)other)];
}

using Ocs.Torch.Interop;
using static Ocs.Torch.Interop.OperatorCall;

namespace Ocs.Torch;

/// <content>Reductions; an empty list of dimensions means all of them.</content>
public static unsafe partial class Aten
{
    private static readonly AtenOperator SumOperator = new("aten::sum", "dim_IntList");
    private static readonly AtenOperator MeanOperator = new("aten::mean", "dim");
    private static readonly AtenOperator MaxOperator = new("aten::max");
    private static readonly AtenOperator AmaxOperator = new("aten::amax");
    private static readonly AtenOperator ArgmaxOperator = new("aten::argmax");
    private static readonly AtenOperator VectorNormOperator = new("aten::linalg_vector_norm");

    /// <summary>The sum over the dimensions.</summary>
    public static Tensor Sum(
        Tensor input, ReadOnlySpan<long> dimensions = default, bool keepDimensions = false, DType? dtype = null)
    {
        fixed (long* list = dimensions)
        {
            return Invoke(SumOperator, input, Dimensions(list, dimensions.Length), keepDimensions, dtype);
        }
    }

    /// <summary>The mean over the dimensions.</summary>
    public static Tensor Mean(
        Tensor input, ReadOnlySpan<long> dimensions = default, bool keepDimensions = false, DType? dtype = null)
    {
        fixed (long* list = dimensions)
        {
            return Invoke(MeanOperator, input, Dimensions(list, dimensions.Length), keepDimensions, dtype);
        }
    }

    /// <summary>The largest element.</summary>
    public static Tensor Max(Tensor input) => Invoke(MaxOperator, input);

    /// <summary>The maximum over the dimensions.</summary>
    public static Tensor Amax(Tensor input, ReadOnlySpan<long> dimensions, bool keepDimensions = false)
    {
        fixed (long* list = dimensions)
        {
            return Invoke(AmaxOperator, input, OperatorArgument.Pinned(list, dimensions.Length), keepDimensions);
        }
    }

    /// <summary>The index (Int64) of the maximum along a dimension.</summary>
    public static Tensor Argmax(Tensor input, long dimension, bool keepDimension = false)
        => Invoke(ArgmaxOperator, input, dimension, keepDimension);

    /// <summary>(Σ |x|^order)^(1 / order) over the dimensions.</summary>
    public static Tensor VectorNorm(
        Tensor input,
        double order = 2,
        ReadOnlySpan<long> dimensions = default,
        bool keepDimensions = false,
        DType? dtype = null)
    {
        fixed (long* list = dimensions)
        {
            return Invoke(VectorNormOperator, input, order, Dimensions(list, dimensions.Length), keepDimensions, dtype);
        }
    }

    private static OperatorArgument Dimensions(long* list, int count)
        => count == 0 ? default : OperatorArgument.Pinned(list, count);
}

using Ocs.Torch.Interop;
using static Ocs.Torch.Interop.OperatorCall;

namespace Ocs.Torch;

/// <content>Views, joins and selections.</content>
public static unsafe partial class Aten
{
    private static readonly AtenOperator FlattenOperator = new("aten::flatten", "using_ints");
    private static readonly AtenOperator ReshapeOperator = new("aten::reshape");
    private static readonly AtenOperator ViewOperator = new("aten::view");
    private static readonly AtenOperator PermuteOperator = new("aten::permute");
    private static readonly AtenOperator TransposeOperator = new("aten::transpose", "int");
    private static readonly AtenOperator UnsqueezeOperator = new("aten::unsqueeze");
    private static readonly AtenOperator CatOperator = new("aten::cat");
    private static readonly AtenOperator StackOperator = new("aten::stack");
    private static readonly AtenOperator SliceOperator = new("aten::slice", "Tensor");
    private static readonly AtenOperator NarrowOperator = new("aten::narrow");
    private static readonly AtenOperator SelectOperator = new("aten::select", "int");
    private static readonly AtenOperator IndexSelectOperator = new("aten::index_select");
    private static readonly AtenOperator TakeOperator = new("aten::take");
    private static readonly AtenOperator ExpandOperator = new("aten::expand");

    /// <summary>Joins the dimensions from start to end, inclusive.</summary>
    public static Tensor Flatten(Tensor input, long start = 0, long end = -1)
        => Invoke(FlattenOperator, input, start, end);

    /// <summary>A view if the layout allows it, else a copy; one size may be -1.</summary>
    public static Tensor Reshape(Tensor input, ReadOnlySpan<long> shape) => WithSizes(ReshapeOperator, input, shape);

    /// <summary>A view in another shape; an error if the layout does not allow it. One size may be -1.</summary>
    public static Tensor View(Tensor input, ReadOnlySpan<long> shape) => WithSizes(ViewOperator, input, shape);

    /// <summary>A view with the dimensions in another order.</summary>
    public static Tensor Permute(Tensor input, ReadOnlySpan<long> order) => WithSizes(PermuteOperator, input, order);

    /// <summary>Repeats dimensions of size 1 without copying.</summary>
    public static Tensor Expand(Tensor input, ReadOnlySpan<long> shape) => WithSizes(ExpandOperator, input, shape);

    /// <summary>A view with two dimensions swapped.</summary>
    public static Tensor Transpose(Tensor input, long first, long second)
        => Invoke(TransposeOperator, input, first, second);

    /// <summary>A view with a new dimension of size 1.</summary>
    public static Tensor Unsqueeze(Tensor input, long dimension) => Invoke(UnsqueezeOperator, input, dimension);

    /// <summary>Concatenates tensors along a dimension.</summary>
    public static Tensor Cat(IReadOnlyList<Tensor> tensors, long dimension)
        => Invoke(CatOperator, OperatorArgument.List(tensors), dimension);

    /// <summary>Stacks tensors of equal shapes along a new first dimension.</summary>
    public static Tensor Stack(IReadOnlyList<Tensor> tensors) => Invoke(StackOperator, OperatorArgument.List(tensors));

    /// <summary>A view of indices <paramref name="start"/> up to but not including <paramref name="end"/>.</summary>
    public static Tensor Slice(Tensor input, long dimension, long start, long end, long step = 1)
        => Invoke(SliceOperator, input, dimension, start, end, step);

    /// <summary>A view of <paramref name="length"/> indices from <paramref name="start"/> on.</summary>
    public static Tensor Narrow(Tensor input, long dimension, long start, long length)
        => Invoke(NarrowOperator, input, dimension, start, length);

    /// <summary>A view of one index, without the dimension.</summary>
    public static Tensor Select(Tensor input, long dimension, long index)
        => Invoke(SelectOperator, input, dimension, index);

    /// <summary>A copy of the indices listed in an Int64 tensor.</summary>
    public static Tensor IndexSelect(Tensor input, long dimension, Tensor index)
        => Invoke(IndexSelectOperator, input, dimension, index);

    /// <summary>The elements at the flat, row-major indices of an Int64 tensor, in its shape.</summary>
    public static Tensor Take(Tensor input, Tensor index) => Invoke(TakeOperator, input, index);

    private static Tensor WithSizes(AtenOperator op, Tensor input, ReadOnlySpan<long> sizes)
    {
        fixed (long* list = sizes)
        {
            return Invoke(op, input, OperatorArgument.Pinned(list, sizes.Length));
        }
    }
}

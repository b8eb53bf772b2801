using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>The object that each default box has to find.</summary>
/// <param name="Classes">[N, D], int64: 0 for the background, else 1 plus the object's class.</param>
/// <param name="Boxes">[N, D, 4], float32: the object's edges; anything for the background.</param>
internal sealed record BoxMatches(Tensor Classes, Tensor Boxes) : IDisposable
{
    public void Dispose()
    {
        Classes.Dispose();
        Boxes.Dispose();
    }
}

/// <summary>
/// Matches default boxes with objects. Liu et al. 2016, arXiv 1512.02325, section 2.2: a default box belongs to the
/// object that it overlaps most, if it does so enough; and each object has its best default box in any case.
/// </summary>
internal static class BoxMatching
{
    // Less than any overlap.
    private const double None = -1;

    /// <summary>Matches each image of a batch. If two objects have the same best box, the later one gets it.</summary>
    /// <param name="boxes">[N, M, 4]: edges of objects.</param>
    /// <param name="classes">[N, M], int64: their classes, -1 for none.</param>
    /// <param name="defaults">The default boxes.</param>
    /// <param name="iou">What a default box must overlap its object by more than.</param>
    public static BoxMatches Match(Tensor boxes, Tensor classes, BoxConstants defaults, double iou)
    {
        using var _ = Autograd.NoGrad();
        using var edges = boxes.To(DType.Float32);
        using var there = Aten.Call("aten::ge", "Scalar", classes, 0L)[0];
        using var overlaps = Overlaps(edges, there, defaults);
        var (most, chosen) = Largest(overlaps, 1);
        var (unused, favourites) = Largest(overlaps, 2);
        using (most)
        using (chosen)
        using (unused)
        using (favourites)
        {
            using var claims = Claims(favourites, there, defaults.Edges[0].Shape[0]);
            using var isClaimed = Aten.Call("aten::gt", "Scalar", claims, 0L)[0];
            using var owners = Aten.Call("aten::sub", "Scalar", claims, 1L, 1L)[0];
            using var objects = Aten.Where(isClaimed, owners, chosen);
            using var isNear = Aten.Call("aten::gt", "Scalar", most, iou)[0];
            using var isMatched = Aten.Call("aten::logical_or", "", isClaimed, isNear)[0];
            using var labels = Aten.Call("aten::gather", "", classes, 1L, objects, false)[0];
            using var raised = Aten.Call("aten::add", "Scalar", labels, 1L, 1L)[0];
            using var matched = isMatched.To(DType.Int64);
            using var column = Aten.Unsqueeze(objects, 2);
            using var rows = Aten.Expand(column, [-1, -1, 4]);
            return new(Aten.Mul(raised, matched), Aten.Call("aten::gather", "", edges, 1L, rows, false)[0]);
        }
    }

    // [N, M, D]: intersection over union; -1 where there is no object.
    private static Tensor Overlaps(Tensor edges, Tensor there, BoxConstants defaults)
    {
        using var width = Common(edges, defaults, 0);
        using var height = Common(edges, defaults, 1);
        using var common = Aten.Mul(width, height);
        using var areas = Areas(edges);
        using var defaultWidths = Aten.Narrow(defaults.Sizes, 1, 0, 1);
        using var defaultHeights = Aten.Narrow(defaults.Sizes, 1, 1, 1);
        using var products = Aten.Mul(defaultWidths, defaultHeights);
        using var defaultAreas = Aten.Reshape(products, [-1]);
        using var both = Aten.Add(areas, defaultAreas);
        using var union = Aten.Sub(both, common);
        using var shares = Aten.Div(common, union);
        using var flags = Aten.Unsqueeze(there, 2);
        using var none = Tensor.Full([], None, device: edges.Device);
        return Aten.Where(flags, shares, none);
    }

    // [N, M, D]: how far both reach together along an axis.
    private static Tensor Common(Tensor edges, BoxConstants defaults, int axis)
    {
        using var starts = Aten.Narrow(edges, 2, axis, 1);
        using var ends = Aten.Narrow(edges, 2, axis + 2, 1);
        using var start = Aten.Maximum(starts, defaults.Edges[axis]);
        using var end = Aten.Minimum(ends, defaults.Edges[axis + 2]);
        using var length = Aten.Sub(end, start);
        return Aten.Clamp(length, min: 0);
    }

    // [N, M, 1].
    private static Tensor Areas(Tensor edges)
    {
        using var starts = Aten.Narrow(edges, 2, 0, 2);
        using var ends = Aten.Narrow(edges, 2, 2, 2);
        using var sizes = Aten.Sub(ends, starts);
        using var width = Aten.Narrow(sizes, 2, 0, 1);
        using var height = Aten.Narrow(sizes, 2, 1, 1);
        return Aten.Mul(width, height);
    }

    // [N, D]: 1 plus the last object whose best box it is, or 0. libtorch 1.13 says on the console that its
    // scatter_reduce may change.
    private static Tensor Claims(Tensor favourites, Tensor there, long defaults)
    {
        using var numbers = Range(favourites.Shape[1], favourites.Device);
        using var counted = Aten.Call("aten::add", "Scalar", numbers, 1L, 1L)[0];
        using var flags = there.To(DType.Int64);
        using var claims = Aten.Mul(flags, counted);
        using var positions = Range(defaults, favourites.Device);
        using var wanted = Aten.Unsqueeze(favourites, 2);
        using var isWanted = Aten.Eq(wanted, positions);
        using var column = Aten.Unsqueeze(claims, 2);
        using var all = Aten.Mul(isWanted, column);
        return Aten.Amax(all, [1]);
    }

    private static Tensor Range(long count, Device device) =>
        Aten.Call("aten::arange", "", count, DType.Int64, default, device)[0];

    private static (Tensor Values, Tensor Indices) Largest(Tensor values, long dimension)
    {
        var found = Aten.Call("aten::max", "dim", values, dimension, false);
        return (found[0], found[1]);
    }
}

using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Folding;

/// <summary>Strides, positions and broadcasting of row-major arrays.</summary>
internal static class Arrays
{
    public static long[] Strides(ImmutableArray<long> shape)
    {
        var strides = new long[shape.Length];
        var stride = 1L;
        for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            strides[dimension] = stride;
            stride *= shape[dimension];
        }

        return strides;
    }

    /// <summary>The strides that broadcast an array to a shape: 0 for sizes of 1 and missing dimensions.</summary>
    public static long[] BroadcastStrides(ImmutableArray<long> from, ImmutableArray<long> to)
    {
        var own = Strides(from);
        var strides = new long[to.Length];
        for (var dimension = 0; dimension < from.Length; dimension++)
        {
            strides[to.Length - from.Length + dimension] = from[dimension] == 1 ? 0 : own[dimension];
        }

        return strides;
    }

    /// <summary>
    /// The position of each element of a shape, row-major, from an offset and a stride per dimension.
    /// </summary>
    public static IEnumerable<long> Places(ImmutableArray<long> shape, long[] strides, long offset = 0)
    {
        var count = OnnxTensor.CountOf(shape);
        var index = new long[shape.Length];
        var place = offset;
        for (var element = 0L; element < count; element++)
        {
            yield return place;
            for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
            {
                place += strides[dimension];
                if (++index[dimension] < shape[dimension])
                {
                    break;
                }

                place -= strides[dimension] * shape[dimension];
                index[dimension] = 0;
            }
        }
    }

    /// <summary>The broadcast shape of two shapes; default if they do not fit.</summary>
    public static ImmutableArray<long> Broadcast(ImmutableArray<long> a, ImmutableArray<long> b)
    {
        var shape = new long[Math.Max(a.Length, b.Length)];
        for (var back = 1; back <= shape.Length; back++)
        {
            var (left, right) = (back <= a.Length ? a[^back] : 1, back <= b.Length ? b[^back] : 1);
            if (left != right && left != 1 && right != 1)
            {
                return default;
            }

            shape[^back] = left == 1 ? right : left;
        }

        return [.. shape];
    }
}

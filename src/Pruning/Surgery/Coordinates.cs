using Ocs.Torch;

namespace Ocs.Pruning.Surgery;

/// <summary>Tensors of the kept indices of each dimension, and back.</summary>
internal static class Coordinates
{
    /// <summary>
    /// The kept indices of each dimension, ascending; a null keeps all. The caller owns the tensor, which may share the
    /// storage.
    /// </summary>
    public static Tensor Select(Tensor tensor, IReadOnlyList<int[]?> kept)
    {
        var current = tensor.Alias();
        for (var dimension = 0; dimension < current.Rank; dimension++)
        {
            if (kept[dimension] is not { } indices || indices.Length == current.Shape[dimension])
            {
                continue;
            }

            using var index = Index(indices, tensor.Device);
            using var whole = current;
            current = Aten.IndexSelect(whole, dimension, index);
        }

        return current;
    }

    /// <summary>
    /// The opposite: zeros where nothing was kept. The caller owns the tensor, which may share the storage.
    /// </summary>
    public static Tensor Expand(Tensor tensor, IReadOnlyList<int[]?> kept, IReadOnlyList<long> shape)
    {
        var current = tensor.Alias();
        for (var dimension = 0; dimension < current.Rank; dimension++)
        {
            if (kept[dimension] is not { } indices || shape[dimension] == current.Shape[dimension])
            {
                continue;
            }

            using var index = Index(indices, tensor.Device);
            using var narrow = current;
            long[] wide = [.. narrow.Shape];
            wide[dimension] = shape[dimension];
            current = Tensor.Zeros(wide, tensor.DType, tensor.Device);
            Aten.Call("aten::index_copy_", "", current, dimension, index, narrow)[0].Dispose();
        }

        return current;
    }

    /// <summary>Indices as an Int64 tensor on a device, owned by the caller.</summary>
    public static Tensor Index(int[] indices, Device device)
    {
        using var onCpu = Tensor.FromArray<long>([.. indices.Select(index => (long)index)], [indices.Length]);
        return onCpu.To(device);
    }
}

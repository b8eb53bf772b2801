using Ocs.Core.Pickles;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>Reads tensors from a file's storages. Sizes and offsets are checked before memory is allocated.</summary>
internal static class TorchTensors
{
    // Tensors may share a storage. Their total size is bounded, for a file of a kilobyte could name a terabyte.
    private const int HighestSharing = 8;
    private const int FreeLength = 16 << 20;

    /// <summary>Reads row-major tensors with their own memory, on the CPU. The caller owns them.</summary>
    public static Dictionary<string, Tensor> Read(ITorchArchive archive, OrderedDictionary<string, TorchTensor> named)
    {
        Check(archive, named);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var sharing in named.GroupBy(pair => (pair.Value.Storage.Key, TorchTypes.Of(pair.Value.Storage))))
            {
                using var storage = ReadStorage(archive, sharing.First().Value.Storage);
                foreach (var (name, view) in sharing)
                {
                    tensors.Add(name, Copy(storage, view));
                }
            }

            return tensors;
        }
        catch
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }
    }

    private static void Check(ITorchArchive archive, OrderedDictionary<string, TorchTensor> named)
    {
        var storages = new Dictionary<string, long>(StringComparer.Ordinal);
        var total = 0L;
        foreach (var (name, tensor) in named)
        {
            var storage = tensor.Storage;
            var dtype = TorchTypes.Of(storage);
            var length = archive.LengthOf(storage);
            storages[storage.Key] = length;
            if (storage.TotalCount > int.MaxValue || storage.TotalCount * TensorBytes.SizeOf(dtype) != length)
            {
                throw new InvalidDataException(
                    $"its storage '{PickleText.Show(storage.Key)}' has {length} bytes, "
                    + $"which are not {storage.TotalCount} elements of {dtype}");
            }

            if (TensorBytes.LengthOf(dtype, tensor.Shape) is not { } bytes || !IsWithin(tensor))
            {
                throw new InvalidDataException(
                    $"its '{PickleText.Show(name)}' of shape [{string.Join(", ", tensor.Shape)}] does not lie within "
                    + $"its storage of {storage.Count} elements");
            }

            total = total <= long.MaxValue - bytes ? total + bytes : long.MaxValue;
        }

        if ((total - FreeLength) / HighestSharing > storages.Values.Sum())
        {
            throw new InvalidDataException($"its tensors share their storages more than {HighestSharing} times over");
        }
    }

    /// <summary>Whether the first and the last element, and so all between them, are in the storage.</summary>
    private static bool IsWithin(TorchTensor tensor)
    {
        // Sizes of 0 count as 1: the shape of an empty tensor may not overflow either.
        var count = tensor.Shape.Aggregate(
            (Int128)1, (product, size) => product <= int.MaxValue ? product * Math.Max(size, 1) : product);
        if (count > int.MaxValue || tensor.Strides.Length != tensor.Shape.Length || tensor.Offset < 0
            || tensor.Strides.Any(stride => stride < 0))
        {
            return false;
        }

        if (tensor.Shape.Contains(0))
        {
            return tensor.Offset <= tensor.Storage.Count;
        }

        var last = (Int128)tensor.Offset;
        for (var dimension = 0; dimension < tensor.Shape.Length; dimension++)
        {
            last += (Int128)(tensor.Shape[dimension] - 1) * tensor.Strides[dimension];
        }

        return last < tensor.Storage.Count;
    }

    private static Tensor ReadStorage(ITorchArchive archive, TorchStorage storage)
    {
        var dtype = TorchTypes.Of(storage);
        var tensor = archive.Read(storage, dtype);
        if (!TensorBytes.IsWellFormed(tensor))
        {
            tensor.Dispose();
            throw new InvalidDataException(
                $"its storage '{PickleText.Show(storage.Key)}' has BOOL bytes that are neither 0 nor 1");
        }

        return tensor;
    }

    private static Tensor Copy(Tensor storage, TorchTensor view)
    {
        if (view.Shape.Contains(0))
        {
            return Tensor.Empty(view.Shape, storage.DType);
        }

        using var strided = Aten.Call(
            "aten::as_strided", "", storage, view.Shape, view.Strides, view.Storage.Offset + view.Offset)[0];
        using var ordered = strided.Contiguous();
        return ordered.Clone();
    }
}

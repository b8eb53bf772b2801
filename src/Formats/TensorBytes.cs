using System.Runtime.InteropServices;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>Tensors as raw bytes: row-major, little-endian.</summary>
internal static class TensorBytes
{
    private const int ElementsAtATime = 1 << 20;
    private const int HighestRank = 64;

    private delegate void BytesAction(Span<byte> bytes);

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(DType dtype) => dtype switch
    {
        DType.UInt8 or DType.Int8 or DType.Bool => 1,
        DType.Int16 or DType.Float16 or DType.BFloat16 => 2,
        DType.Int32 or DType.Float32 => 4,
        DType.Int64 or DType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "This type has no size."),
    };

    /// <summary>Bytes of a whole tensor; null for an impossible shape.</summary>
    public static long? LengthOf(DType dtype, IReadOnlyList<long> shape)
    {
        if (shape.Count > HighestRank || shape.Any(size => size < 0))
        {
            return null;
        }

        try
        {
            return shape.Aggregate((long)SizeOf(dtype), (product, size) => checked(product * size));
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>Whether each boolean is 0 or 1; other types may have any bytes.</summary>
    public static bool IsWellFormed(Tensor tensor) =>
        tensor.DType != DType.Bool
            || !MemoryMarshal.AsBytes(tensor.AsSpan<bool>()).ContainsAnyExceptInRange((byte)0, (byte)1);

    /// <summary>Writes the elements, on any device and with any strides.</summary>
    public static void Write(Tensor tensor, Action<ReadOnlySpan<byte>> write)
    {
        using var detached = tensor.Detach();
        using var here = detached.To(Device.Cpu);
        using var ordered = here.Contiguous();
        Visit(ordered, bytes => write(bytes));
    }

    /// <summary>Reads a new tensor from the stream; the caller owns it.</summary>
    public static Tensor Read(Stream stream, DType dtype, ReadOnlySpan<long> shape)
    {
        var tensor = Tensor.Empty(shape, dtype);
        try
        {
            Visit(tensor, stream.ReadExactly);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    private static void Visit(Tensor tensor, BytesAction action)
    {
        switch (tensor.DType)
        {
            case DType.UInt8: Visit(tensor.AsSpan<byte>(), action); break;
            case DType.Int8: Visit(tensor.AsSpan<sbyte>(), action); break;
            case DType.Bool: Visit(tensor.AsSpan<bool>(), action); break;
            case DType.Int16: Visit(tensor.AsSpan<short>(), action); break;
            case DType.Float16: Visit(tensor.AsSpan<Half>(), action); break;
            case DType.Int32: Visit(tensor.AsSpan<int>(), action); break;
            case DType.Float32: Visit(tensor.AsSpan<float>(), action); break;
            case DType.Int64: Visit(tensor.AsSpan<long>(), action); break;
            case DType.Float64: Visit(tensor.AsSpan<double>(), action); break;
            default: VisitAsInt16(tensor, action); break;
        }
    }

    // .NET 10 has no BFloat16, so the storage is viewed as 16-bit integers.
    private static void VisitAsInt16(Tensor tensor, BytesAction action)
    {
        using var view = Aten.Call("aten::view", "dtype", tensor, (int)DType.Int16)[0];
        Visit(view.AsSpan<short>(), action);
    }

    private static void Visit<T>(Span<T> elements, BytesAction action)
        where T : unmanaged
    {
        for (var start = 0; start < elements.Length; start += ElementsAtATime)
        {
            action(MemoryMarshal.AsBytes(elements.Slice(start, Math.Min(ElementsAtATime, elements.Length - start))));
        }
    }
}

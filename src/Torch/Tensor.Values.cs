using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <content>Creation from numbers, and numbers back.</content>
public sealed unsafe partial class Tensor
{
    /// <summary>A tensor with uninitialized elements.</summary>
    public static Tensor Empty(ReadOnlySpan<long> shape, DType dtype = DType.Float32, Device device = default)
        => Aten.Empty(shape, dtype, device);

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(ReadOnlySpan<long> shape, DType dtype = DType.Float32, Device device = default)
        => Aten.Zeros(shape, dtype, device);

    /// <summary>A tensor of ones.</summary>
    public static Tensor Ones(ReadOnlySpan<long> shape, DType dtype = DType.Float32, Device device = default)
        => Aten.Full(shape, 1.0, dtype, device);

    /// <summary>A tensor filled with a value.</summary>
    public static Tensor Full(
        ReadOnlySpan<long> shape, double value, DType dtype = DType.Float32, Device device = default)
        => Aten.Full(shape, value, dtype, device);

    /// <summary>A copy of <paramref name="values"/>, row-major, on the CPU.</summary>
    public static Tensor FromArray<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        var tensor = Empty(shape, DTypes.Of<T>());
        if (tensor.ElementCount != values.Length)
        {
            var text = tensor.Describe();
            tensor.Dispose();
            throw new TorchException($"{values.Length} values do not fill a tensor {text}");
        }

        values.CopyTo(tensor.AsSpan<T>());
        return tensor;
    }

    /// <summary>A copy of <paramref name="values"/>, row-major, on the CPU.</summary>
    public static Tensor FromArray<T>(T[] values, ReadOnlySpan<long> shape)
        where T : unmanaged
        => FromArray((ReadOnlySpan<T>)values, shape);

    /// <summary>A copy of the elements in row-major order, from any device and layout.</summary>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        DTypes.Require<T>(this);
        using var detached = Detach();
        using var here = detached.To(Device.Cpu);
        using var ordered = here.Contiguous();
        return ordered.AsSpan<T>().ToArray();
    }

    /// <summary>The only element, converted to <typeparamref name="T"/> like PyTorch's <c>item()</c>.</summary>
    public T Item<T>()
        where T : unmanaged
    {
        OperatorCall.Seen?.Invoke("item");
        var error = NativeMethods.TensorItem(Handle, out var value);
        if (error != 0)
        {
            throw NativeError.Take(error, "item", Describe());
        }

        return value.Kind == ValueKind.Double
            ? Convert<T>(
                BitConverter.Int64BitsToDouble(value.Payload), (long)BitConverter.Int64BitsToDouble(value.Payload))
            : Convert<T>(value.Payload, value.Payload);
    }

    /// <summary>The memory of a row-major tensor on the CPU. Valid until the tensor is disposed.</summary>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        DTypes.Require<T>(this);
        if (Info.DeviceKind != DeviceKind.Cpu || !IsContiguous())
        {
            throw new TorchException(
                $"AsSpan: {Describe()} is not row-major on the CPU; use ToArray, or Contiguous() and To(Device.Cpu)");
        }

        NativeError.ThrowIfFailed(NativeMethods.TensorData(Handle, out var data), "data");
        return new Span<T>(data, checked((int)ElementCount));
    }

    private static T Convert<T>(double real, long integer)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            return (T)(object)(float)real;
        }

        if (typeof(T) == typeof(double))
        {
            return (T)(object)real;
        }

        if (typeof(T) == typeof(long))
        {
            return (T)(object)integer;
        }

        if (typeof(T) == typeof(int))
        {
            return (T)(object)checked((int)integer);
        }

        if (typeof(T) == typeof(bool))
        {
            return (T)(object)(real != 0);
        }

        return typeof(T) == typeof(byte)
            ? (T)(object)checked((byte)integer)
            : throw new TorchException($"item cannot be read as the .NET type {typeof(T).Name}");
    }
}

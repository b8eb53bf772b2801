using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <summary>An n-dimensional array of libtorch. Owns one reference to it, and releases it when disposed.</summary>
public sealed unsafe partial class Tensor : IDisposable
{
    private const int UsualRank = 8;
    private long[]? _shape;
    private NativeTensorInfo _info;

    internal Tensor(nint pointer) => Handle = new TensorHandle(pointer);

    /// <summary>Sizes, outermost first; read once from libtorch.</summary>
    public ReadOnlySpan<long> Shape => _shape ?? ReadShape();

    /// <summary>The number of dimensions; 0 for a scalar.</summary>
    public int Rank => Info.Rank;

    /// <summary>The product of the sizes.</summary>
    public long ElementCount => Info.ElementCount;

    /// <summary>The type of the elements.</summary>
    public DType DType => Info.DType;

    /// <summary>The device of the elements.</summary>
    public Device Device => new(Info.DeviceKind, Math.Max(Info.DeviceIndex, 0));

    /// <summary>Whether autograd records operations on this tensor.</summary>
    public bool RequiresGrad
    {
        get
        {
            NativeError.ThrowIfFailed(NativeMethods.RequiresGradGet(Handle, out var result), "requires_grad");
            return result != 0;
        }

        set => NativeError.ThrowIfFailed(
            NativeMethods.RequiresGradSet(Handle, value ? (byte)1 : (byte)0), "requires_grad");
    }

    internal TensorHandle Handle { get; }

    private ref readonly NativeTensorInfo Info
    {
        get
        {
            if (_shape is null)
            {
                ReadShape();
            }

            return ref _info;
        }
    }

    /// <summary>Releases the array. Its memory is freed when nothing else refers to it.</summary>
    public void Dispose() => Handle.Dispose();

    /// <summary>Whether the elements are in memory in this order, without gaps.</summary>
    public bool IsContiguous(MemoryFormat format = MemoryFormat.Contiguous)
    {
        NativeError.ThrowIfFailed(NativeMethods.TensorIsContiguous(Handle, format, out var result), "is_contiguous");
        return result != 0;
    }

    /// <summary>The accumulated gradient as a new owned tensor on the same memory; null if there is none.</summary>
    public Tensor? GetGradient()
    {
        NativeError.ThrowIfFailed(NativeMethods.GradientTake(Handle, out var result), "grad");
        return result == 0 ? null : new Tensor(result);
    }

    /// <summary>Sets the accumulated gradient; null clears it.</summary>
    public void SetGradient(Tensor? gradient)
        => NativeError.ThrowIfFailed(
            gradient is null
                ? NativeMethods.GradientClear(Handle, 0)
                : NativeMethods.GradientSet(Handle, gradient.Handle),
            "set grad");

    /// <summary>A second owned handle of the same tensor.</summary>
    public Tensor Alias()
    {
        NativeError.ThrowIfFailed(NativeMethods.TensorAlias(Handle, out var result), "alias");
        return new Tensor(result);
    }

    /// <summary>The tensor on another device; the same tensor if it is there already.</summary>
    public Tensor To(Device device) => Aten.To(this, device, DType);

    /// <summary>The tensor in another type; the same tensor if it has it already.</summary>
    public Tensor To(DType dtype) => Aten.To(this, dtype);

    /// <summary>The tensor in another memory format; the same tensor if it has it already.</summary>
    public Tensor Contiguous(MemoryFormat format = MemoryFormat.Contiguous) => Aten.Contiguous(this, format);

    /// <summary>The same storage without autograd history.</summary>
    public Tensor Detach() => Aten.Detach(this);

    /// <summary>A copy with its own storage, in the same memory format.</summary>
    public Tensor Clone() => Aten.Clone(this);

    /// <summary>Type, shape and device: <c>Float32 [2, 3] cpu</c>.</summary>
    public override string ToString() => Handle.IsClosed ? "disposed tensor" : Describe();

    /// <summary><c>Float32 [2, 3] cpu</c>; never throws, for error messages use it.</summary>
    internal string Describe()
        => Handle.IsClosed ? "disposed" : $"{DType} [{string.Join(", ", Shape.ToArray())}] {Device}";

    private long[] ReadShape()
    {
        var sizes = stackalloc long[UsualRank];
        NativeError.ThrowIfFailed(NativeMethods.TensorDescribe(Handle, out var info, sizes, UsualRank), "describe");
        var shape = new long[info.Rank];
        if (info.Rank <= UsualRank)
        {
            new ReadOnlySpan<long>(sizes, info.Rank).CopyTo(shape);
        }
        else
        {
            fixed (long* all = shape)
            {
                NativeError.ThrowIfFailed(NativeMethods.TensorDescribe(Handle, out info, all, info.Rank), "describe");
            }
        }

        _info = info;
        return _shape = shape;
    }
}

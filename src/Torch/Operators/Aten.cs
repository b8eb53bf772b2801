using Ocs.Torch.Interop;
using static Ocs.Torch.Interop.OperatorCall;

namespace Ocs.Torch;

/// <summary>
/// libtorch's operators, one method each. The caller owns the results. Methods <c>...InPlace</c> write their first
/// argument.
/// </summary>
public static unsafe partial class Aten
{
    private static readonly AtenOperator EmptyOperator = new("aten::empty", "memory_format");
    private static readonly AtenOperator ZerosOperator = new("aten::zeros");
    private static readonly AtenOperator FullOperator = new("aten::full");
    private static readonly AtenOperator ToOperator = new("aten::to", "dtype");
    private static readonly AtenOperator ToDeviceOperator = new("aten::to", "device");
    private static readonly AtenOperator ContiguousOperator = new("aten::contiguous");
    private static readonly AtenOperator DetachOperator = new("aten::detach");
    private static readonly AtenOperator CloneOperator = new("aten::clone");
    private static readonly AtenOperator CopyOperator = new("aten::copy_");
    private static readonly AtenOperator ZeroOperator = new("aten::zero_");
    private static readonly AtenOperator FillOperator = new("aten::fill_", "Scalar");
    private static readonly AtenOperator NormalOperator = new("aten::normal_");
    private static readonly AtenOperator UniformOperator = new("aten::uniform_");

    /// <summary>
    /// Calls any operator of libtorch by name, e.g. <c>Call("aten::add", "Tensor", a, b)</c>. Omitted trailing
    /// arguments take the operator's defaults. Returned lists are flattened; returned numbers become scalar tensors.
    /// </summary>
    public static Tensor[] Call(string name, string overload, params ReadOnlySpan<OperatorArgument> arguments)
        => InvokeMany(AtenOperator.Get(name, overload), arguments);

    /// <summary>Copies <paramref name="source"/> into <paramref name="target"/>, with broadcasting.</summary>
    public static void CopyInPlace(Tensor target, Tensor source) => InvokeInPlace(CopyOperator, target, source);

    /// <summary>Sets all elements to 0.</summary>
    public static void ZeroInPlace(Tensor tensor) => InvokeInPlace(ZeroOperator, tensor);

    /// <summary>Sets all elements to a value.</summary>
    public static void FillInPlace(Tensor tensor, double value) => InvokeInPlace(FillOperator, tensor, value);

    /// <summary>
    /// Draws all elements from a normal distribution, by the generator of the process unless one is given.
    /// </summary>
    public static void NormalInPlace(Tensor tensor, double mean = 0, double deviation = 1, Generator? generator = null)
        => InvokeInPlace(NormalOperator, tensor, mean, deviation, generator);

    /// <summary>
    /// Draws all elements from a uniform distribution, by the generator of the process unless one is given.
    /// </summary>
    public static void UniformInPlace(Tensor tensor, double from = 0, double to = 1, Generator? generator = null)
        => InvokeInPlace(UniformOperator, tensor, from, to, generator);

    internal static Tensor Empty(ReadOnlySpan<long> shape, DType dtype, Device device)
    {
        fixed (long* sizes = shape)
        {
            return Invoke(EmptyOperator, OperatorArgument.Pinned(sizes, shape.Length), dtype, default, device);
        }
    }

    internal static Tensor Zeros(ReadOnlySpan<long> shape, DType dtype, Device device)
    {
        fixed (long* sizes = shape)
        {
            return Invoke(ZerosOperator, OperatorArgument.Pinned(sizes, shape.Length), dtype, default, device);
        }
    }

    internal static Tensor Full(ReadOnlySpan<long> shape, double value, DType dtype, Device device)
    {
        fixed (long* sizes = shape)
        {
            return Invoke(FullOperator, OperatorArgument.Pinned(sizes, shape.Length), value, dtype, default, device);
        }
    }

    internal static Tensor To(Tensor tensor, DType dtype) => Invoke(ToOperator, tensor, dtype);

    internal static Tensor To(Tensor tensor, Device device, DType dtype) =>
        Invoke(ToDeviceOperator, tensor, device, dtype);

    internal static Tensor Contiguous(Tensor tensor, MemoryFormat format) => Invoke(ContiguousOperator, tensor, format);

    internal static Tensor Detach(Tensor tensor) => Invoke(DetachOperator, tensor);

    internal static Tensor Clone(Tensor tensor) => Invoke(CloneOperator, tensor);
}

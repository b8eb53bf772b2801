using System.Runtime.CompilerServices;
using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <summary>
/// One argument of an operator, created by the implicit conversions. <c>default</c> is PyTorch's None.
/// </summary>
public readonly unsafe struct OperatorArgument
{
    private OperatorArgument(ValueKind kind, long payload, int count = 0, object? reference = null)
    {
        Kind = kind;
        Payload = payload;
        Count = count;
        Reference = reference;
    }

    /// <summary>None: an absent tensor, dtype, generator, ...</summary>
    public static OperatorArgument None => default;

    internal ValueKind Kind { get; }

    internal int Count { get; }

    internal long Payload { get; }

    internal object? Reference { get; }

    /// <summary>A tensor; null is None.</summary>
    public static implicit operator OperatorArgument(Tensor? value)
        => value is null ? default : new(ValueKind.Tensor, 0, 0, value);

    /// <summary>A generator; null is None.</summary>
    public static implicit operator OperatorArgument(Generator? value)
        => value is null ? default : new(ValueKind.Generator, 0, 0, value);

    /// <summary>An integer, or an integral scalar.</summary>
    public static implicit operator OperatorArgument(long value) => new(ValueKind.Int, value);

    /// <summary>A real number.</summary>
    public static implicit operator OperatorArgument(double value) =>
        new(ValueKind.Double, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A boolean.</summary>
    public static implicit operator OperatorArgument(bool value) => new(ValueKind.Bool, value ? 1 : 0);

    /// <summary>A type of elements.</summary>
    public static implicit operator OperatorArgument(DType value) => new(ValueKind.DType, (long)value);

    /// <summary>A type of elements; null is None.</summary>
    public static implicit operator OperatorArgument(DType? value) => value is { } dtype ? dtype : None;

    /// <summary>A memory format.</summary>
    public static implicit operator OperatorArgument(MemoryFormat value) => new(ValueKind.MemoryFormat, (long)value);

    /// <summary>A device.</summary>
    public static implicit operator OperatorArgument(Device value)
        => new(ValueKind.Device, (long)value.Kind, value.Kind == DeviceKind.Cpu ? -1 : value.Index);

    /// <summary>A text.</summary>
    public static implicit operator OperatorArgument(string value) => new(ValueKind.Text, 0, 0, value);

    /// <summary>A list of integers.</summary>
    public static implicit operator OperatorArgument(long[] value) => new(ValueKind.IntList, 0, value.Length, value);

    /// <summary>A list of real numbers.</summary>
    public static implicit operator OperatorArgument(double[] value) =>
        new(ValueKind.DoubleList, 0, value.Length, value);

    /// <summary>A list of booleans.</summary>
    public static implicit operator OperatorArgument(bool[] value) => new(ValueKind.BoolList, 0, value.Length, value);

    /// <summary>A list of tensors.</summary>
    public static implicit operator OperatorArgument(Tensor[] value) => List(value);

    /// <summary>A list of tensors.</summary>
    public static OperatorArgument List(IReadOnlyList<Tensor> value) =>
        new(ValueKind.TensorList, 0, value.Count, value);

    /// <summary>A list with optional tensors, as for <c>aten::index</c>.</summary>
    public static OperatorArgument OptionalList(IReadOnlyList<Tensor?> value)
        => new(ValueKind.OptionalTensorList, 0, value.Count, value);

    /// <summary>Integers that the caller keeps pinned during the call.</summary>
    internal static OperatorArgument Pinned(long* values, int count) =>
        new(ValueKind.IntList, (long)(nint)values, count);

    /// <summary>The argument in an error message: a tensor by dtype, shape and device.</summary>
    internal string Describe() => Kind switch
    {
        ValueKind.None => "none",
        ValueKind.Tensor => Unsafe.As<Tensor>(Reference!).Describe(),
        ValueKind.Double => BitConverter.Int64BitsToDouble(Payload).ToString("R"),
        ValueKind.Bool => Payload != 0 ? "true" : "false",
        ValueKind.DType => ((DType)Payload).ToString(),
        ValueKind.MemoryFormat => ((MemoryFormat)Payload).ToString(),
        ValueKind.Device => new Device((DeviceKind)Payload, Math.Max(Count, 0)).ToString(),
        ValueKind.Generator => "generator",
        ValueKind.Text => $"\"{Reference}\"",
        ValueKind.IntList when Reference is null =>
            $"[{string.Join(", ", new ReadOnlySpan<long>((void*)Payload, Count).ToArray())}]",
        ValueKind.IntList => $"[{string.Join(", ", (long[])Reference)}]",
        ValueKind.DoubleList => $"[{string.Join(", ", (double[])Reference!)}]",
        ValueKind.BoolList => $"[{string.Join(", ", (bool[])Reference!)}]",
        ValueKind.TensorList or ValueKind.OptionalTensorList => DescribeTensors((IReadOnlyList<Tensor?>)Reference!),
        _ => Payload.ToString(),
    };

    private static string DescribeTensors(IReadOnlyList<Tensor?> tensors)
    {
        const int Shown = 4;
        var texts = tensors.Take(Shown).Select(tensor => tensor?.Describe() ?? "none");
        var more = tensors.Count > Shown ? $", ... {tensors.Count} in all" : "";
        return $"[{string.Join(", ", texts)}{more}]";
    }
}

using System.Collections.Immutable;

namespace Ocs.OnnxRuntime;

/// <summary>The numbers of a tensor, row-major, and its shape.</summary>
public sealed class TensorData
{
    internal TensorData(Array values, ElementType type, ImmutableArray<long> shape) =>
        (Values, Type, Shape) = (values, type, shape);

    /// <summary>The type of the numbers.</summary>
    public ElementType Type { get; }

    /// <summary>Sizes, outermost first.</summary>
    public ImmutableArray<long> Shape { get; }

    internal Array Values { get; }

    /// <summary>
    /// A tensor over an array, without a copy: float, double, Half, BFloat16, long, int, byte or bool.
    /// </summary>
    public static TensorData Of<T>(T[] values, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        var count = 1L;
        foreach (var size in shape)
        {
            count = checked(count * size);
        }

        return count == values.Length
            ? new(values, ElementTypes.Of<T>(), [.. shape])
            : throw new OnnxRuntimeException(
                $"{values.Length} values do not fill a tensor of [{string.Join(", ", shape.ToArray())}].");
    }

    /// <summary>The array itself, which must have this type.</summary>
    public T[] As<T>()
        where T : unmanaged => ElementTypes.Of<T>() == Type
            ? (T[])Values
            : throw new OnnxRuntimeException($"A tensor of {Type} is not one of {ElementTypes.Of<T>()}.");

    /// <summary>Type and shape: <c>Float32 [1, 10]</c>.</summary>
    public override string ToString() => $"{Type} [{string.Join(", ", Shape)}]";
}

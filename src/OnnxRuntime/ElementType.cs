namespace Ocs.OnnxRuntime;

/// <summary>The type of a tensor's elements, numbered as in ONNX.</summary>
public enum ElementType
{
    /// <summary>Not a tensor, or an unknown type.</summary>
    Undefined = 0,

    /// <summary><c>float</c>.</summary>
    Float32 = 1,

    /// <summary><c>byte</c>.</summary>
    UInt8 = 2,

    /// <summary><c>sbyte</c>.</summary>
    Int8 = 3,

    /// <summary><c>ushort</c>.</summary>
    UInt16 = 4,

    /// <summary><c>short</c>.</summary>
    Int16 = 5,

    /// <summary><c>int</c>.</summary>
    Int32 = 6,

    /// <summary><c>long</c>.</summary>
    Int64 = 7,

    /// <summary>Text in UTF-8.</summary>
    String = 8,

    /// <summary><c>bool</c>, one byte each.</summary>
    Bool = 9,

    /// <summary><see cref="Half"/>.</summary>
    Float16 = 10,

    /// <summary><c>double</c>.</summary>
    Float64 = 11,

    /// <summary><c>uint</c>.</summary>
    UInt32 = 12,

    /// <summary><c>ulong</c>.</summary>
    UInt64 = 13,

    /// <summary><see cref="OnnxRuntime.BFloat16"/>, the upper half of the bits of a <c>float</c>.</summary>
    BFloat16 = 16,
}

/// <summary>.NET types of ONNX's element types.</summary>
internal static class ElementTypes
{
    public static ElementType Of<T>()
        where T : unmanaged => default(T) switch
        {
            float => ElementType.Float32,
            double => ElementType.Float64,
            long => ElementType.Int64,
            int => ElementType.Int32,
            byte => ElementType.UInt8,
            bool => ElementType.Bool,
            Half => ElementType.Float16,
            BFloat16 => ElementType.BFloat16,
            _ => throw new OnnxRuntimeException(
                $"Tensors of {typeof(T).Name} are not supported; convert them to float or long."),
        };

    /// <summary>The bytes of an array from <see cref="Allocate"/>.</summary>
    public static int BytesOf(Array values) =>
        values switch
        {
            Half[] or BFloat16[] => values.Length * sizeof(short),
            _ => Buffer.ByteLength(values),
        };

    /// <summary>An array for a number of elements.</summary>
    public static Array Allocate(ElementType type, long length, string name) => type switch
    {
        ElementType.Float32 => new float[length],
        ElementType.Float64 => new double[length],
        ElementType.Int64 => new long[length],
        ElementType.Int32 => new int[length],
        ElementType.UInt8 => new byte[length],
        ElementType.Bool => new bool[length],
        ElementType.Float16 => new Half[length],
        ElementType.BFloat16 => new BFloat16[length],
        _ => throw new OnnxRuntimeException(
            $"The value '{name}' is a tensor of {type}, which is not supported; "
            + "end the network with a cast to float."),
    };
}

namespace Ocs.OnnxRuntime;

/// <summary>The type of a tensor's elements; the numbers are ONNX's.</summary>
public enum ElementType
{
    Undefined = 0,
    Float32 = 1,
    UInt8 = 2,
    Int8 = 3,
    UInt16 = 4,
    Int16 = 5,
    Int32 = 6,
    Int64 = 7,
    String = 8,
    Bool = 9,
    Float16 = 10,
    Float64 = 11,
    UInt32 = 12,
    UInt64 = 13,
    BFloat16 = 16,
}

/// <summary>.NET's types for ONNX's.</summary>
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
            _ => throw new OnnxRuntimeException(
                $"Tensors of {typeof(T).Name} are not given to ONNX Runtime here; convert them to float or long."),
        };

    /// <summary>The bytes of an array that <see cref="Allocate"/> makes.</summary>
    public static int BytesOf(Array values) => values is Half[] halves ? halves.Length * sizeof(short) : Buffer.ByteLength(values);

    /// <summary>An array for so many elements.</summary>
    public static Array Allocate(ElementType type, long length, string name) => type switch
    {
        ElementType.Float32 => new float[length],
        ElementType.Float64 => new double[length],
        ElementType.Int64 => new long[length],
        ElementType.Int32 => new int[length],
        ElementType.UInt8 => new byte[length],
        ElementType.Bool => new bool[length],
        ElementType.Float16 => new Half[length],
        _ => throw new OnnxRuntimeException(
            $"The value '{name}' is a tensor of {type}, which is not read here; let the network end in a cast to float."),
    };
}

using System.Runtime.CompilerServices;

namespace Ocs.Torch;

/// <summary>The type of a tensor's elements, numbered as in libtorch.</summary>
public enum DType
{
    /// <summary><c>byte</c>.</summary>
    UInt8 = 0,

    /// <summary><c>sbyte</c>.</summary>
    Int8 = 1,

    /// <summary><c>short</c>.</summary>
    Int16 = 2,

    /// <summary><c>int</c>.</summary>
    Int32 = 3,

    /// <summary><c>long</c>: indices and labels.</summary>
    Int64 = 4,

    /// <summary><see cref="Half"/>.</summary>
    Float16 = 5,

    /// <summary><c>float</c>: the default type.</summary>
    Float32 = 6,

    /// <summary><c>double</c>.</summary>
    Float64 = 7,

    /// <summary><c>bool</c>, one byte each.</summary>
    Bool = 11,

    /// <summary>The upper half of the bits of a <c>float</c>; .NET has no type for it.</summary>
    BFloat16 = 15,
}

/// <summary>The .NET type of each <see cref="DType"/>.</summary>
internal static class DTypes
{
    public static DType Of<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            return DType.Float32;
        }

        if (typeof(T) == typeof(double))
        {
            return DType.Float64;
        }

        if (typeof(T) == typeof(long))
        {
            return DType.Int64;
        }

        if (typeof(T) == typeof(int))
        {
            return DType.Int32;
        }

        if (typeof(T) == typeof(short))
        {
            return DType.Int16;
        }

        if (typeof(T) == typeof(sbyte))
        {
            return DType.Int8;
        }

        if (typeof(T) == typeof(byte))
        {
            return DType.UInt8;
        }

        if (typeof(T) == typeof(bool))
        {
            return DType.Bool;
        }

        return typeof(T) == typeof(Half)
            ? DType.Float16
            : throw new TorchException($"no tensor holds elements of the .NET type {typeof(T).Name}");
    }

    public static void Require<T>(Tensor tensor, [CallerMemberName] string method = "")
        where T : unmanaged
    {
        if (tensor.DType != Of<T>())
        {
            throw new TorchException(
                $"{method}<{typeof(T).Name}>: the tensor holds {tensor.DType}; "
                + $"convert it with To(DType.{Of<T>()}) first");
        }
    }
}

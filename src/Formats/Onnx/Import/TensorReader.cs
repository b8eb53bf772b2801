using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Ocs.Graphs;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Onnx.Import;

/// <summary>
/// Reads the file's tensors. Sizes are checked against the available bytes before memory is allocated.
/// </summary>
internal sealed class TensorReader(ExternalData external)
{
    private const int HighestRank = 16;

    /// <summary>The number of elements in all tensors so far.</summary>
    public long Count { get; private set; }

    /// <summary>Whether a tensor's type is supported.</summary>
    public static bool CanRead(TensorProto tensor) => SizeOf((DataType)tensor.DataType) > 0;

    /// <summary>The bytes of a tensor of a supported type.</summary>
    public static long LengthOf(TensorProto tensor) => SizeOf((DataType)tensor.DataType) is > 0 and var size
        ? CountOf(tensor, [.. tensor.Dims], size) * size
        : throw Error(tensor, $"is of the type {(DataType)tensor.DataType} and lies outside: put it into the model");

    public OnnxTensor Read(TensorProto tensor, string? name)
    {
        ImmutableArray<long> shape = [.. tensor.Dims];
        var type = (DataType)tensor.DataType;
        var size = SizeOf(type);
        if (size == 0)
        {
            throw Error(tensor, $"has the type {type}, which is not supported: 32-bit floats and integers are");
        }

        var count = CountOf(tensor, shape, size);
        Count += count;
        var kind = type switch
        {
            DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double => OnnxKind.Float,
            DataType.Bool => OnnxKind.Boolean,
            _ => OnnxKind.Integer,
        };
        Func<ReadOnlyMemory<byte>>? bytes =
            tensor.DataLocation == TensorProto.Types.DataLocation.External ? external.Open(tensor, count * size)
            : tensor.HasRawData ? Raw(tensor, count * size)
            : null;
        if (bytes is null && Typed(tensor, type) != count)
        {
            throw Error(
                tensor, $"has {Typed(tensor, type)} numbers, but its shape [{string.Join(", ", shape)}] has {count}");
        }

        return kind == OnnxKind.Float
            ? OnnxTensor.OfFloats(
                shape,
                bytes is null ? new LazyFloats(() => Floats(tensor, type))
                : type == DataType.Float ? new LazyFloats(bytes)
                : new LazyFloats(() => Floats(bytes().Span, type)),
                name)
            : OnnxTensor.OfIntegers(
                shape, () => bytes is null ? Integers(tensor, type) : Integers(bytes().Span, type), kind, name,
                BoundsOf(type));
    }

    /// <summary>The range of an 8-bit or 16-bit integer type; null for others.</summary>
    public static (long Lowest, long Highest)? BoundsOf(DataType type) => type switch
    {
        DataType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        DataType.Uint8 => (byte.MinValue, byte.MaxValue),
        DataType.Int16 => (short.MinValue, short.MaxValue),
        DataType.Uint16 => (ushort.MinValue, ushort.MaxValue),
        _ => null,
    };

    private static long CountOf(TensorProto tensor, ImmutableArray<long> shape, int size)
    {
        if (shape.Length > HighestRank || shape.Any(dimension => dimension < 0))
        {
            throw Error(tensor, $"has an impossible shape: [{string.Join(", ", shape.Take(HighestRank))}]");
        }

        try
        {
            var count = NodeShapes.ElementCount(shape);
            return checked(count * size) > int.MaxValue ? throw new OverflowException() : count;
        }
        catch (OverflowException)
        {
            throw Error(tensor, $"has the shape [{string.Join(", ", shape)}], which is more than 2 GiB");
        }
    }

    private static Func<ReadOnlyMemory<byte>> Raw(TensorProto tensor, long length) => tensor.RawData.Length == length
        ? () => tensor.RawData.Memory
        : throw Error(
            tensor,
            $"has {tensor.RawData.Length} bytes, but its shape [{string.Join(", ", tensor.Dims)}] needs {length}");

    private static int SizeOf(DataType type) => type switch
    {
        DataType.Bool or DataType.Int8 or DataType.Uint8 => 1,
        DataType.Int16 or DataType.Uint16 or DataType.Float16 or DataType.Bfloat16 => 2,
        DataType.Float or DataType.Int32 or DataType.Uint32 => 4,
        DataType.Double or DataType.Int64 or DataType.Uint64 => 8,
        _ => 0,
    };

    private static int Typed(TensorProto tensor, DataType type) => type switch
    {
        DataType.Float => tensor.FloatData.Count,
        DataType.Double => tensor.DoubleData.Count,
        DataType.Int64 => tensor.Int64Data.Count,
        DataType.Uint32 or DataType.Uint64 => tensor.Uint64Data.Count,
        _ => tensor.Int32Data.Count,
    };

    private static float[] Floats(TensorProto tensor, DataType type) => type switch
    {
        DataType.Float => [.. tensor.FloatData],
        DataType.Double => [.. tensor.DoubleData.Select(number => (float)number)],
        DataType.Float16 => [.. tensor.Int32Data.Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))],
        _ => [.. tensor.Int32Data.Select(bits => FromBfloat16((ushort)bits))],
    };

    private static float[] Floats(ReadOnlySpan<byte> bytes, DataType type) => type switch
    {
        DataType.Double => Convert<double, float>(bytes, number => (float)number),
        DataType.Float16 => Convert<Half, float>(bytes, number => (float)number),
        _ => Convert<ushort, float>(bytes, FromBfloat16),
    };

    private static long[] Integers(TensorProto tensor, DataType type) => type switch
    {
        DataType.Int64 => [.. tensor.Int64Data],
        DataType.Uint32 or DataType.Uint64 =>
            [.. tensor.Uint64Data.Select(number => (long)Math.Min(number, long.MaxValue))],
        _ => [.. tensor.Int32Data.Select(number => (long)number)],
    };

    private static long[] Integers(ReadOnlySpan<byte> bytes, DataType type) => type switch
    {
        DataType.Int64 => MemoryMarshal.Cast<byte, long>(bytes).ToArray(),
        DataType.Uint64 => Convert<ulong, long>(bytes, number => (long)Math.Min(number, long.MaxValue)),
        DataType.Int32 => Convert<int, long>(bytes, number => number),
        DataType.Uint32 => Convert<uint, long>(bytes, number => number),
        DataType.Int16 => Convert<short, long>(bytes, number => number),
        DataType.Uint16 => Convert<ushort, long>(bytes, number => number),
        DataType.Int8 => Convert<sbyte, long>(bytes, number => number),
        DataType.Bool => Convert<byte, long>(bytes, number => number != 0 ? 1 : 0),
        _ => Convert<byte, long>(bytes, number => number),
    };

    private static TTo[] Convert<TFrom, TTo>(ReadOnlySpan<byte> bytes, Func<TFrom, TTo> convert)
        where TFrom : unmanaged =>
        Array.ConvertAll(MemoryMarshal.Cast<byte, TFrom>(bytes).ToArray(), number => convert(number));

    private static float FromBfloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private static OcsInputException Error(TensorProto tensor, string what) => new($"tensor '{tensor.Name}' {what}.");
}

using Google.Protobuf;
using Google.Protobuf.Collections;
using Ocs.Torch;
using Onnx;

namespace Ocs.Formats.Onnx.Export;

/// <summary>The tensors of a file. They are in the model itself; large ones may be in a data file beside it.</summary>
internal sealed class OnnxWeights(
    OnnxFloats floats = OnnxFloats.Float32, Stream? data = null, string location = "")
{
    // Page size of programs that map the file into memory.
    private const int Alignment = 4096;

    // Shape inference needs small tensors in the model itself.
    private const int SmallestOutside = 1024;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>The tensors so far.</summary>
    public RepeatedField<TensorProto> Messages { get; } = [];

    /// <summary>The names of tensors passed to <see cref="Add"/>.</summary>
    public IReadOnlySet<string> Names => _names;

    /// <summary>Adds a tensor as floats of the file's width, unless the name is already present.</summary>
    /// <exception cref="OcsInputException">A number is too large for 16 bits.</exception>
    public void Add(string name, Tensor tensor)
    {
        if (!_names.Add(name))
        {
            return;
        }

        using var detached = tensor.Detach();
        using var numbers = floats switch
        {
            OnnxFloats.Float16 => Halves(name, detached),
            OnnxFloats.BFloat16 => detached.To(DType.BFloat16),
            _ => detached.To(DType.Float32),
        };
        var type = floats switch
        {
            OnnxFloats.Float16 => TensorProto.Types.DataType.Float16,
            OnnxFloats.BFloat16 => TensorProto.Types.DataType.Bfloat16,
            _ => TensorProto.Types.DataType.Float,
        };
        var message = new TensorProto { Name = name, DataType = (int)type };
        message.Dims.AddRange(numbers.Shape.ToArray());
        var length = numbers.ElementCount * (floats == OnnxFloats.Float32 ? sizeof(float) : sizeof(short));
        if (data is not null && length >= SmallestOutside)
        {
            WriteOutside(numbers, length, message);
        }
        else
        {
            message.RawData = BytesOf(numbers, length);
        }

        Messages.Add(message);
    }

    /// <summary>A tensor of given bytes that is stored in the model itself.</summary>
    public static TensorProto Message(
        string name, TensorProto.Types.DataType type, ReadOnlySpan<long> shape, ReadOnlySpan<byte> bytes)
    {
        var message = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        message.Dims.AddRange(shape.ToArray());
        return message;
    }

    private static Tensor Halves(string name, Tensor tensor)
    {
        using var floats = tensor.To(DType.Float32);
        foreach (var number in floats.ToArray<float>())
        {
            if (Math.Abs(number) > (float)Half.MaxValue && float.IsFinite(number))
            {
                throw new OcsInputException(
                    $"'{name}' has {number}, but 16-bit floats end at {(float)Half.MaxValue}; write 32-bit floats.");
            }
        }

        return floats.To(DType.Float16);
    }

    private void WriteOutside(Tensor floats, long length, TensorProto message)
    {
        var offset = (data!.Position + Alignment - 1) / Alignment * Alignment;
        data.Write(new byte[offset - data.Position]);
        TensorBytes.Write(floats, data.Write);
        message.DataLocation = TensorProto.Types.DataLocation.External;
        foreach (var (key, value) in new[] { ("location", location), ("offset", $"{offset}"), ("length", $"{length}") })
        {
            message.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        }
    }

    private static ByteString BytesOf(Tensor floats, long length)
    {
        var bytes = new byte[length];
        var position = 0;
        TensorBytes.Write(floats, part =>
        {
            part.CopyTo(bytes.AsSpan(position));
            position += part.Length;
        });
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }
}

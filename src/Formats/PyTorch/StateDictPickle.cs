using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>
/// Pickles an ordered dictionary of tensors as PyTorch does, in protocol 2. The storage of the n-th tensor has the key
/// n.
/// </summary>
internal sealed class StateDictPickle
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    private StateDictPickle()
    {
    }

    /// <summary>The pickle of tensors, described as row-major.</summary>
    public static byte[] Of(IReadOnlyList<KeyValuePair<string, Tensor>> tensors)
    {
        var pickle = new StateDictPickle();
        pickle.Operations([0x80, 2]);
        pickle.EmptyDictionary();
        pickle.Operations("("u8);
        for (var index = 0; index < tensors.Count; index++)
        {
            pickle.Text(tensors[index].Key);
            pickle.Rebuild(index, tensors[index].Value);
        }

        pickle.Operations("u."u8);
        return pickle._bytes.WrittenSpan.ToArray();
    }

    // _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, backward hooks)
    private void Rebuild(int index, Tensor tensor)
    {
        Global("torch._utils", "_rebuild_tensor_v2");
        Operations("(("u8);
        Text("storage");
        Global("torch", TorchTypes.NameOf(tensor.DType));
        Text(index.ToString(CultureInfo.InvariantCulture));
        Text("cpu");
        Number(tensor.ElementCount);
        Operations("tQ"u8);
        Number(0);
        Tuple(tensor.Shape);
        Tuple(RowMajor(tensor.Shape));
        Operations([0x89]);
        EmptyDictionary();
        Operations("tR"u8);
    }

    private static long[] RowMajor(ReadOnlySpan<long> shape)
    {
        var strides = new long[shape.Length];
        var stride = 1L;
        for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            strides[dimension] = stride;
            stride *= Math.Max(shape[dimension], 1);
        }

        return strides;
    }

    private void EmptyDictionary()
    {
        Global("collections", "OrderedDict");
        Operations(")R"u8);
    }

    private void Global(string module, string name) => Operations(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));

    private void Tuple(ReadOnlySpan<long> numbers)
    {
        Operations("("u8);
        foreach (var number in numbers)
        {
            Number(number);
        }

        Operations("t"u8);
    }

    private void Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Operations("X"u8);
        Int32(bytes.Length);
        Operations(bytes);
    }

    private void Number(long number)
    {
        if (number is >= int.MinValue and <= int.MaxValue)
        {
            Operations("J"u8);
            Int32((int)number);
            return;
        }

        var bytes = new BigInteger(number).ToByteArray();
        Operations([0x8a, (byte)bytes.Length, .. bytes]);
    }

    private void Int32(int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        Operations(bytes);
    }

    private void Operations(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);
}

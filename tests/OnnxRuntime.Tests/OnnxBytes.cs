using System.Text;

namespace Ocs.OnnxRuntime.Tests;

/// <summary>ONNX files by hand: protocol buffers' fields with the numbers of onnx.proto.</summary>
internal static class OnnxBytes
{
    /// <summary>Relu(x) and the rows of x at i, for x: float [batch, 3] and i: int64 [n].</summary>
    public static byte[] ReluAndRows() => Model(
        [Node("Relu", ["x"], "relu"), Node("Gather", ["x", "i"], "rows")],
        [Value("x", ElementType.Float32, -1, 3), Value("i", ElementType.Int64, -1)],
        [Value("relu", ElementType.Float32, -1, 3), Value("rows", ElementType.Float32, -1, 3)]);

    /// <summary>x's elements as a type of ONNX's, for x: float [2].</summary>
    public static byte[] Cast(ElementType type) => Model(
        [[.. Node("Cast", ["x"], "y"), .. Message(5, [.. Text(1, "to"), .. Number(3, (long)type), .. Number(20, 2)])]],
        [Value("x", ElementType.Float32, 2)],
        [Value("y", type, 2)]);

    /// <summary>A network of an operator that nobody knows.</summary>
    public static byte[] Unknown() => Model(
        [Node("Transmogrify", ["x"], "y")], [Value("x", ElementType.Float32, 1)], [Value("y", ElementType.Float32, 1)]);

    private static byte[] Model(byte[][] nodes, byte[][] inputs, byte[][] outputs) =>
    [
        .. Number(1, 8),
        .. Message(7,
        [
            .. nodes.SelectMany(node => Message(1, node)),
            .. Text(2, "graph"),
            .. inputs.SelectMany(input => Message(11, input)),
            .. outputs.SelectMany(output => Message(12, output)),
        ]),
        .. Message(8, Number(2, 17)),
    ];

    private static byte[] Node(string op, string[] inputs, string output) =>
        [.. inputs.SelectMany(input => Text(1, input)), .. Text(2, output), .. Text(3, $"{op} node"), .. Text(4, op)];

    private static byte[] Value(string name, ElementType type, params long[] shape)
    {
        byte[] sizes = [.. shape.SelectMany(size => Message(1, size < 0 ? Text(2, $"{name}_any") : Number(1, size)))];
        return [.. Text(1, name), .. Message(2, Message(1, [.. Number(1, (long)type), .. Message(2, sizes)]))];
    }

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int field, byte[] content) =>
        [.. Varint((field << 3) | 2), .. Varint(content.Length), .. content];

    private static byte[] Number(int field, long value) => [.. Varint(field << 3), .. Varint(value)];

    private static byte[] Varint(long value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7f; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }
}

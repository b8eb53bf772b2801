using System.Text;

namespace Ocs.Data.Tests.Datasets;

/// <summary>Pickled values written opcode by opcode, as Python 2's protocol 2 writes them.</summary>
internal static class Pickles
{
    /// <summary>
    /// {"data": uint8 [labels, 3072], key: [labels], "filenames": [...]}; a function that is given is called without
    /// arguments.
    /// </summary>
    public static byte[] Batch(string key, byte[] labels, byte[] pixels, byte[]? function = null) =>
    [
        0x80, 2, .. function is null ? (byte[])[] : [.. function, (byte)')', (byte)'R'], (byte)'}', (byte)'q',
        1, (byte)'(',
        .. Text("data"), .. Array(labels.Length, 3072, pixels),
        .. Text(key), (byte)']', (byte)'q', 2, (byte)'(',
        .. labels.SelectMany(label => new byte[] { (byte)'K', label }), (byte)'e',
        .. Text("filenames"), (byte)']', .. Text("leptodactylus_s_000004.png"), (byte)'a',
        (byte)'u', (byte)'.',
    ];

    public static byte[] Array(int rows, int columns, byte[] elements, bool columnMajor = false) =>
    [
        .. Global("numpy.core.multiarray", "_reconstruct"), .. Global("numpy", "ndarray"),
        (byte)'K', 0, 0x85, .. Text("b"), 0x87, (byte)'R', (byte)'q', 9,
        (byte)'(', (byte)'K', 1, .. Int16(rows), .. Int16(columns), 0x86,
        .. Global("numpy", "dtype"), .. Text("u1"), (byte)'K', 0, (byte)'K', 1, 0x87, (byte)'R',
        (byte)'(', (byte)'K', 3, .. Text("|"), (byte)'N', (byte)'N', (byte)'N',
        .. Int32((byte)'J', -1), .. Int32((byte)'J', -1), (byte)'K', 0, (byte)'t', (byte)'b',
        columnMajor ? (byte)0x88 : (byte)0x89, .. Int32((byte)'T', elements.Length), .. elements, (byte)'t', (byte)'b',
    ];

    public static byte[] Global(string module, string name) =>
        [(byte)'c', .. Encoding.ASCII.GetBytes($"{module}\n{name}\n")];

    public static byte[] Text(string text) => [(byte)'U', (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    public static byte[] Int16(int value) => [(byte)'M', (byte)value, (byte)(value >> 8)];

    public static byte[] Int32(byte opcode, int value) => [opcode, .. BitConverter.GetBytes(value)];
}

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Ocs.Benchmarks;

/// <summary>
/// A NumPy file of 32-bit floats: magic, length of the header, header as a Python dictionary, numbers in row-major
/// order.
/// </summary>
internal static partial class NumpyFile
{
    private const int HeaderStart = 10;

    public static (float[] Numbers, long[] Shape) Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var end = HeaderStart + BitConverter.ToUInt16(bytes, HeaderStart - sizeof(ushort));
        var header = Header().Match(Encoding.Latin1.GetString(bytes, HeaderStart, end - HeaderStart));
        if (!header.Success)
        {
            throw new InvalidDataException($"{path} holds no row-major array of 32-bit floats");
        }

        var sizes = header.Groups[1].Value.Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return (
            MemoryMarshal.Cast<byte, float>(bytes.AsSpan(end)).ToArray(),
            [.. sizes.Select(size => long.Parse(size, CultureInfo.InvariantCulture))]);
    }

    [GeneratedRegex(@"'descr': '<f4', 'fortran_order': False, 'shape': \(([0-9, ]*)\)")]
    private static partial Regex Header();
}

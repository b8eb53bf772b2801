using System.Runtime.InteropServices;

namespace Ocs.Formats.Onnx.Import;

/// <summary>Numbers that are made, or read from the file, when they are first asked for.</summary>
internal sealed class LazyFloats
{
    private readonly Lazy<float[]> _array;
    private readonly Func<ReadOnlyMemory<byte>>? _bytes;

    /// <summary>Numbers that are made.</summary>
    public LazyFloats(Func<float[]> make) => _array = new(make);

    /// <summary>Numbers that lie in the file as they are wanted: 32 bits each.</summary>
    public LazyFloats(Func<ReadOnlyMemory<byte>> bytes)
    {
        _array = new(() => MemoryMarshal.Cast<byte, float>(bytes().Span).ToArray());
        _bytes = bytes;
    }

    /// <summary>The numbers, which are kept for whoever asks again.</summary>
    public float[] Value => _array.Value;

    /// <summary>The numbers for whoever reads them once: of those in the file no array is kept.</summary>
    public ReadOnlySpan<float> Once => _bytes is null || _array.IsValueCreated
        ? Value
        : MemoryMarshal.Cast<byte, float>(_bytes().Span);
}

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// The windows of adaptive pooling: position i of n over a line of L takes floor(i L / n) to ceil((i + 1) L / n) - 1.
/// </summary>
internal static class AdaptiveWindow
{
    /// <summary>The window size of each dimension if all windows are equal and none overlap; null otherwise.</summary>
    public static long[]? Equal(long[] counts, long[] lengths) =>
        lengths.Zip(counts).All(pair => pair.First % pair.Second == 0)
            ? [.. lengths.Zip(counts, (length, count) => length / count)]
            : null;

    /// <summary>The first position and the one after the last.</summary>
    public static (long Start, long End) Of(long index, long count, long length) =>
        (index * length / count, ((index + 1) * length + count - 1) / count);
}

namespace Ocs.RunLog;

/// <summary>The comparison of a written ONNX file under ONNX Runtime with the network under libtorch.</summary>
public sealed record OnnxSummary
{
    /// <summary>
    /// The bytes of the file and its external data; null in older summaries, and for a device or a pipe.
    /// </summary>
    public long? Bytes { get; init; }

    /// <summary>Whether the outputs are equal within the tolerance; null if nothing was compared.</summary>
    public bool? Equal { get; init; }

    /// <summary>The runtime and its version; null if it is not installed.</summary>
    public string? Runtime { get; init; }

    /// <summary>
    /// Largest difference of an output, relative to the largest output; null if it is not finite or nothing was
    /// compared.
    /// </summary>
    public double? LargestDifference { get; init; }

    /// <summary>Mean difference, relative to the largest output.</summary>
    public double? MeanDifference { get; init; }

    /// <summary>The largest difference that counts as rounding.</summary>
    public required double Tolerance { get; init; }

    /// <summary>Why the outputs differ, or were not compared, in one sentence.</summary>
    public string? Problem { get; init; }
}

namespace Ocs.RunLog;

/// <summary>What the written ONNX file computes under ONNX Runtime, beside what the network computes here.</summary>
public sealed record OnnxSummary
{
    /// <summary>
    /// The bytes of the file and of its data beside it; null in older summaries, and of a device or a pipe.
    /// </summary>
    public long? Bytes { get; init; }

    /// <summary>Whether the outputs are the same within the tolerance; null if nothing was compared.</summary>
    public bool? Equal { get; init; }

    /// <summary>The runtime and its version; null if it was not there.</summary>
    public string? Runtime { get; init; }

    /// <summary>
    /// Largest difference of an output, relative to the largest output; null if it is not finite or nothing was
    /// compared.
    /// </summary>
    public double? LargestDifference { get; init; }

    /// <summary>Mean difference, relative to the largest output.</summary>
    public double? MeanDifference { get; init; }

    /// <summary>The largest difference that is taken for rounding.</summary>
    public required double Tolerance { get; init; }

    /// <summary>Why the outputs are not the same, or were not compared, in one sentence.</summary>
    public string? Problem { get; init; }
}

using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Quantization;

/// <summary>How calibration chooses the range of an activation.</summary>
internal enum CalibrationMethod
{
    /// <summary>From the smallest number to the largest.</summary>
    MinMax,

    /// <summary>Without the outermost 0.01 % of the numbers, half of them on either side.</summary>
    Percentile,

    /// <summary>The range whose 256 levels lose the least information (Kullback-Leibler divergence).</summary>
    Entropy,
}

/// <summary>How a network is quantized to 8 bits.</summary>
internal sealed record QuantizationOptions
{
    /// <summary>How ranges of activations are chosen.</summary>
    public CalibrationMethod Calibration { get; init; }

    /// <summary>Names of nodes that stay float; patterns with * and ?.</summary>
    public ImmutableArray<string> Exclude { get; init; } = [];
}

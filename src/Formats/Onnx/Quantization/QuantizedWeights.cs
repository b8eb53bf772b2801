namespace Ocs.Formats.Onnx.Quantization;

/// <summary>A layer's weights as int8 numbers, -127 to 127, with a scale for each output channel.</summary>
/// <param name="Weights">The numbers, in the order of the weights.</param>
/// <param name="Scales">A channel's scale: weight = scale * number.</param>
/// <param name="Bias">
/// The bias as int32 numbers, which integer kernels add to their sums; null if there is none.
/// </param>
/// <param name="BiasScales">The bias scales: the input's scale times the weights' scales.</param>
internal sealed record QuantizedWeights(sbyte[] Weights, float[] Scales, int[]? Bias, float[] BiasScales)
{
    private const int Largest = sbyte.MaxValue;

    // The largest bias in units of its scale: the sum of products must fit beside it.
    private const double LargestBias = int.MaxValue / 2;

    /// <summary>Quantizes a layer.</summary>
    /// <param name="weights">Its weights.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="axis">The dimension of the output channels.</param>
    /// <param name="bias">A number for each channel, or null.</param>
    /// <param name="inputScale">The scale of the layer's input.</param>
    public static QuantizedWeights Of(
        float[] weights, IReadOnlyList<long> shape, int axis, float[]? bias, float inputScale)
    {
        var channels = (int)shape[axis];
        var inner = (int)shape.Skip(axis + 1).Aggregate(1L, (product, size) => product * size);
        var largest = new double[channels];
        for (var i = 0; i < weights.Length; i++)
        {
            var channel = i / inner % channels;
            largest[channel] = Math.Max(largest[channel], Math.Abs(weights[i]));
        }

        // If weights are close to 0 and the bias is not, the bias decides.
        var scales = new float[channels];
        for (var channel = 0; channel < channels; channel++)
        {
            var scale = (float)Math.Max(
                largest[channel] / Largest,
                bias is null ? 0 : Math.Abs((double)bias[channel]) / inputScale / LargestBias);
            scales[channel] = float.IsNormal(scale) ? scale : 1;
        }

        var numbers = new sbyte[weights.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            var number = Math.Round((double)weights[i] / scales[i / inner % channels]);
            numbers[i] = (sbyte)Math.Clamp(number, -Largest, Largest);
        }

        var biasScales = Array.ConvertAll(scales, scale => inputScale * scale);
        var integers = bias?.Select((value, channel) => (int)Math.Round((double)value / biasScales[channel])).ToArray();
        return new(numbers, scales, integers, biasScales);
    }
}

using Ocs.Formats.Onnx.Quantization;

namespace Ocs.Formats.Tests.Onnx.Quantization;

/// <summary>Int8 weights and int32 biases.</summary>
public sealed class QuantizedWeightsTests
{
    [Fact]
    public void Each_output_channel_has_its_scale()
    {
        var rows = QuantizedWeights.Of([1.27f, -0.5f, 0.2f, 2.54f], [2, 2], axis: 0, [0.5f, -1], inputScale: 0.1f);
        var columns = QuantizedWeights.Of([1.27f, -0.5f, 0.2f, 2.54f], [2, 2], axis: 1, null, inputScale: 0.1f);

        Assert.Equal([127, -50, 10, 127], rows.Weights);
        Assert.Equal([1.27f / 127, 2.54f / 127], rows.Scales);
        Assert.Equal([500, -500], rows.Bias!);
        Assert.Equal([127, -25, 20, 127], columns.Weights);
        Assert.Null(columns.Bias);
    }

    [Fact]
    public void A_bias_beside_weights_that_are_almost_0_still_fits()
    {
        var dead = QuantizedWeights.Of([1e-12f, 0, 0, 0], [2, 2], axis: 0, [3, 0], inputScale: 0.02f);

        Assert.Equal([0, 0, 0, 0], dead.Weights);
        Assert.Equal(3, dead.Bias![0] * (double)dead.BiasScales[0], 6);
        Assert.Equal((0, 1f), (dead.Bias[1], dead.Scales[1]));
    }
}

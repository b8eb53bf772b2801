using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Tests.Optimizers;

[NoTensorLeaks]
public sealed class GradientClippingTests
{
    // Weights [3, 2] of ones and biases [3] of twos: the norm is the root of 6 + 12.
    [Theory]
    [InlineData(1.0)]
    [InlineData(4.0)]
    [InlineData(5.0)]
    public void All_gradients_shrink_alike_to_the_bound_and_smaller_ones_stay(double bound)
    {
        using var parameters = Gradients(1, 2);
        GradientClipping.Apply(parameters, bound);
        var factor = Math.Min(1, bound / (Math.Sqrt(18) + 1e-6));
        Assert.All(Gradient(parameters, "fc.weight"), value => Assert.Equal(factor, value, 1e-6));
        Assert.All(Gradient(parameters, "fc.bias"), value => Assert.Equal(2 * factor, value, 1e-6));
    }

    [Fact]
    public void Gradients_of_zero_stay_and_parameters_without_one_are_left_out()
    {
        using var parameters = Gradients(0, 0);
        GradientClipping.Apply(parameters, 1);
        Assert.All(Gradient(parameters, "fc.weight"), value => Assert.Equal(0, value));
        parameters["fc.bias"].SetGradient(null);
        GradientClipping.Apply(parameters, 1);
        Assert.Null(parameters["fc.bias"].GetGradient());
    }

    private static ParameterTable Gradients(double weights, double biases)
    {
        var g = new GraphBuilder("linear");
        var parameters = ParameterTable.Initialize(g.Build(g.Linear("fc", g.Input("input", 2), 3)), seed: 0);
        using var ofWeights = Tensor.Full([3, 2], weights);
        using var ofBiases = Tensor.Full([3], biases);
        parameters["fc.weight"].SetGradient(ofWeights);
        parameters["fc.bias"].SetGradient(ofBiases);
        return parameters;
    }

    private static float[] Gradient(ParameterTable parameters, string name)
    {
        using var gradient = parameters[name].GetGradient()!;
        return gradient.ToArray<float>();
    }
}

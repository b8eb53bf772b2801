using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Tests.Optimizers;

/// <summary>The factor on the loss, with gradients made by hand.</summary>
[NoTensorLeaks]
public sealed class LossScalerTests
{
    [Fact]
    public void Gradients_come_out_as_without_a_factor()
    {
        using var parameters = Parameters();
        var scaler = new LossScaler();
        using (var squares = Aten.Mul(parameters["fc.weight"], parameters["fc.weight"]))
        using (var loss = Aten.Sum(squares))
        using (var scaled = scaler.Apply(loss))
        {
            Assert.Equal(65536 * 25, scaled.Item<float>());
            Autograd.Backward(scaled);
        }

        using (var none = Tensor.Zeros([1]))
        {
            parameters["fc.bias"].SetGradient(none);
        }

        Assert.True(scaler.Unscale(parameters));
        Assert.Equal([6f, 8f], Gradient(parameters, "fc.weight")!);
        Assert.Equal(65536, scaler.Scale);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_gradient_that_is_not_finite_drops_all_and_halves_the_factor(float bad)
    {
        using var parameters = Parameters();
        var scaler = new LossScaler();
        Set(parameters, 1, bad);
        Assert.False(scaler.Unscale(parameters));
        Assert.Equal(32768, scaler.Scale);
        Assert.Null(Gradient(parameters, "fc.weight"));
        Assert.Null(Gradient(parameters, "fc.bias"));
    }

    [Fact]
    public void The_factor_doubles_after_2000_good_steps_in_a_row()
    {
        using var parameters = Parameters();
        var scaler = new LossScaler();
        Steps(1999, 1);
        Assert.Equal(65536, scaler.Scale);
        Steps(1, 1);
        Assert.Equal(131072, scaler.Scale);

        Steps(1999, 1);
        Steps(1, float.NaN);
        Steps(1999, 1);
        Assert.Equal(65536, scaler.Scale);
        Steps(1, 1);
        Assert.Equal(131072, scaler.Scale);

        void Steps(int count, float gradient)
        {
            for (var i = 0; i < count; i++)
            {
                Set(parameters, gradient, gradient);
                Assert.Equal(float.IsFinite(gradient), scaler.Unscale(parameters));
            }
        }
    }

    [Fact]
    public void Another_goes_on_from_its_factor_and_its_good_steps()
    {
        using var parameters = Parameters();
        var first = new LossScaler();
        Set(parameters, 1, float.NaN);
        first.Unscale(parameters);
        Set(parameters, 1, 1);
        first.Unscale(parameters);
        Assert.Equal((32768, 1), first.State);

        var second = new LossScaler { State = (32768, 1999) };
        Set(parameters, 1, 1);
        second.Unscale(parameters);
        Assert.Equal((65536, 0), second.State);
    }

    // A linear layer whose weight is [3, 4] and whose bias is [0].
    private static ParameterTable Parameters()
    {
        var g = new GraphBuilder("line");
        var graph = g.Build(g.Linear("fc", g.Input("input", 2), 1));
        var parameters = ParameterTable.Initialize(graph, seed: 0);
        parameters.Replace("fc.weight", Tensor.FromArray([3f, 4f], [1, 2]));
        return parameters;
    }

    private static void Set(ParameterTable parameters, float first, float second)
    {
        using var weight = Tensor.FromArray([first, second], [1, 2]);
        using var bias = Tensor.FromArray([1f], [1]);
        parameters["fc.weight"].SetGradient(weight);
        parameters["fc.bias"].SetGradient(bias);
    }

    private static float[]? Gradient(ParameterTable parameters, string name)
    {
        using var gradient = parameters[name].GetGradient();
        return gradient?.ToArray<float>();
    }
}

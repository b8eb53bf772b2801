using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Training.Tests;

[NoTensorLeaks]
[OneThread]
public sealed class MemoryFormatTrialTests
{
    [Fact]
    public void The_trial_touches_neither_weights_nor_statistics_nor_random_numbers()
    {
        var g = new GraphBuilder("dropout");
        var x = g.Dropout("dropout", g.BatchNorm2d("bn", g.Conv2d("conv", g.Input("input", 3, 6, 6), 4, 3)), 0.5);
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", x), 2));
        using var parameters = ParameterTable.Initialize(graph, seed: 2);
        using var batch = Tensor.Ones([4, 3, 6, 6]);
        var before = parameters.Names.ToDictionary(name => name, name => Values(parameters, name));
        var rng = TorchRuntime.GetRngState();
        var seconds = MemoryFormatTrial.Seconds(
            [new(graph, parameters, MemoryFormat.Contiguous), new(graph, parameters, MemoryFormat.ChannelsLast)],
            [batch]);
        Assert.Equal(rng, TorchRuntime.GetRngState());
        Assert.All(parameters.Names, name => Assert.Equal(before[name], Values(parameters, name)));
        Assert.True(parameters["conv.weight"].IsContiguous());
        Assert.Equal(2, seconds.Length);
        Assert.All(seconds, shortest => Assert.InRange(shortest, 1e-7, 10));
        using var gradient = parameters["conv.weight"].GetGradient();
        Assert.Null(gradient);
    }

    private static double[] Values(ParameterTable parameters, string name)
    {
        using var detached = parameters[name].Detach();
        using var doubles = detached.To(DType.Float64);
        return doubles.ToArray<double>();
    }
}

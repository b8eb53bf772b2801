using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Training.Tests;

[NoTensorLeaks, OneThread]
public sealed class NormRecalibrationTests
{
    [Fact]
    public void Running_statistics_become_the_means_of_the_batches()
    {
        var g = new GraphBuilder("norm");
        var x = g.BatchNorm2d("bn", g.Input("input", 1, 8, 8));
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", x), TinyTask.Classes));
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        var weight = parameters["fc.weight"].ToArray<float>();
        using var generator = new Generator(1);
        using var loader = new BatchLoader(
            TinyTask.Train, BatchLoaderOptions.Train(TinyTask.BatchSize, AugmentationOptions.Evaluation, seed: 3));
        var (means, variances) = (new List<double>(), new List<double>());
        foreach (var batch in loader.Epoch(2).Take(2))
        {
            using (batch)
            {
                var values = batch.Images.ToArray<float>();
                means.Add(values.Average());
                variances.Add(values.Sum(value => Math.Pow(value - values.Average(), 2)) / (values.Length - 1));
            }
        }

        Assert.True(NormRecalibration.Run(graph, parameters, loader, epoch: 2, batches: 2, generator));

        Assert.Equal(means.Average(), parameters["bn.running_mean"].ToArray<float>()[0], 1e-5);
        Assert.Equal(variances.Average(), parameters["bn.running_var"].ToArray<float>()[0], 1e-5);
        Assert.Equal(weight, parameters["fc.weight"].ToArray<float>());
    }

    [Fact]
    public void Without_norms_or_batches_nothing_is_run()
    {
        var g = new GraphBuilder("plain");
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", g.Input("input", 1, 8, 8)), TinyTask.Classes));
        using var plain = ParameterTable.Initialize(graph, seed: 1);
        using var normed = ParameterTable.Initialize(TinyTask.Network(), seed: 1);
        using var generator = new Generator(1);
        using var loader = new BatchLoader(
            TinyTask.Train, BatchLoaderOptions.Train(TinyTask.BatchSize, AugmentationOptions.Evaluation, seed: 3));

        Assert.False(NormRecalibration.Run(graph, plain, loader, epoch: 0, batches: 5, generator));
        Assert.False(NormRecalibration.Run(TinyTask.Network(), normed, loader, epoch: 0, batches: 0, generator));
    }
}

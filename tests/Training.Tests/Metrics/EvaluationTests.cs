using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training.Distributed;
using Ocs.Training.Metrics;

namespace Ocs.Training.Tests.Metrics;

[NoTensorLeaks]
public sealed class EvaluationTests
{
    [Theory]
    [InlineData(10, false)]
    [InlineData(11, true)]
    public void Top_5_accuracy_is_measured_where_there_are_more_than_ten_classes(int classes, bool isMeasured)
    {
        byte[] pixels =
        [
            .. Enumerable.Range(0, classes)
                .SelectMany(i => Enumerable.Range(0, classes).Select(k => (byte)(10 * ((k + i) % classes)))),
        ];
        var data = new ImageDataset(
            "ranks", pixels, [.. Enumerable.Repeat(0, classes)], 1,
            1, classes, [.. Enumerable.Range(0, classes).Select(k => $"{k}")], new([0], [1]));
        var g = new GraphBuilder("identity");
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", g.Input("input", 1, 1, classes)), classes));
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        parameters.Replace(
            "fc.weight",
            Tensor.FromArray(
                [.. Enumerable.Range(0, classes * classes).Select(i => i % (classes + 1) == 0 ? 1f : 0f)],
                [classes, classes]));
        parameters.Replace("fc.bias", Tensor.Zeros([classes]));

        var result = Evaluation.Run(new Executor(graph, parameters), data, batchSize: 4);

        Assert.Equal(1.0 / classes, result.Headline, 1e-12);
        Assert.Equal(isMeasured ? 5.0 / classes : null, result.Top5Accuracy);
    }

    // Logits are the two pixels: 1 for a white one, 0 for a black one. Batches of 2 and of 1.
    [Fact]
    public void Accuracy_and_loss_are_means_over_all_images()
    {
        byte[] pixels = [255, 0, 0, 255, 0, 255];
        var data = new ImageDataset("pairs", pixels, [0, 0, 1], 1, 1, 2, ["left", "right"], new([0], [1]));
        var g = new GraphBuilder("identity");
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", g.Input("input", 1, 1, 2)), 2));
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        parameters.Replace("fc.weight", Tensor.FromArray<float>([1, 0, 0, 1], [2, 2]));
        parameters.Replace("fc.bias", Tensor.Zeros([2]));

        var result = Evaluation.Run(new Executor(graph, parameters), data, batchSize: 2);

        // -log of softmax: log(1 + e^-1) where it is right, log(1 + e) where it is wrong.
        Assert.Equal(2 / 3.0, result.Headline, 1e-12);
        Assert.Equal((2 * Math.Log(1 + Math.Exp(-1)) + Math.Log(1 + Math.E)) / 3, result.Loss, 1e-6);
        Assert.Equal(3, result.Samples);
        Assert.True(result.SamplesPerSecond > 0);
    }

    [Fact]
    public void Norms_that_are_folded_change_nothing_but_rounding()
    {
        var graph = TinyTask.Network();
        using var generator = new Generator(4);
        using var network = new RunningNetwork(
            graph, ParameterTable.Initialize(graph, generator), generator, recompute: false);
        using (var batch = Tensor.Empty([16, 1, 8, 8]))
        {
            // Statistics away from their start.
            Aten.NormalInPlace(batch, 1, 3);
            network.Executor.Forward(batch, training: true).Dispose();
        }

        var plain = Evaluation.Run(network.Executor, TinyTask.Test, batchSize: 7);
        var folded = network.Evaluate(TinyTask.Task, TinyTask.Test, batchSize: 7, Device.Cpu, Replicas.None);

        Assert.Equal(plain.Headline, folded.Headline, 1e-12);
        Assert.Equal(plain.Loss, folded.Loss, 1e-5 * plain.Loss);
    }
}

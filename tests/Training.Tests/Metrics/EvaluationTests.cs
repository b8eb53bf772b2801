using Ocs.Data;
using Ocs.Graphs;
using Ocs.Testing;
using Ocs.Torch;
using Ocs.Training.Distributed;
using Ocs.Training.Metrics;

namespace Ocs.Training.Tests.Metrics;

[NoTensorLeaks]
public sealed class EvaluationTests
{
    [Fact]
    public void Correct_counts_rows_whose_largest_logit_is_the_label()
    {
        using var logits = Tensor.FromArray<float>([1, 3, 2, 9, 0, 1, 0, 0, 5], [3, 3]);
        using var labels = Tensor.FromArray<long>([1, 2, 2], [3]);
        Assert.Equal(2, Evaluation.Correct(logits, labels));
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
        Assert.Equal(2 / 3.0, result.Accuracy, 1e-12);
        Assert.Equal((2 * Math.Log(1 + Math.Exp(-1)) + Math.Log(1 + Math.E)) / 3, result.Loss, 1e-6);
        Assert.Equal(3, result.Samples);
        Assert.True(result.ImagesPerSecond > 0);
    }

    [Fact]
    public void Norms_that_are_folded_change_nothing_but_rounding()
    {
        var graph = TinyTask.Network();
        using var generator = new Generator(4);
        using var network = new RunningNetwork(graph, ParameterTable.Initialize(graph, generator), generator);
        using (var batch = Tensor.Empty([16, 1, 8, 8]))
        {
            // Statistics away from their start.
            Aten.NormalInPlace(batch, 1, 3);
            network.Executor.Forward(batch, training: true).Dispose();
        }

        var plain = Evaluation.Run(network.Executor, TinyTask.Data.Test, batchSize: 7);
        var folded = network.Evaluate(TinyTask.Data.Test, batchSize: 7, Device.Cpu, Replicas.None);

        Assert.Equal(plain.Accuracy, folded.Accuracy, 1e-12);
        Assert.Equal(plain.Loss, folded.Loss, 1e-5 * plain.Loss);
    }
}

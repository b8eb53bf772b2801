using Ocs.Data;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Saliency;
using Ocs.Torch;

namespace Ocs.Training.Tests;

[NoTensorLeaks, OneThread]
public sealed class TrainingGradientsTests
{
    [Fact]
    public void Gradients_are_those_of_all_samples_in_evaluation_mode()
    {
        var graph = TinyTask.Network();
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        var before = parameters["bn1.running_mean"].ToArray<float>();
        var executor = new Executor(graph, parameters);
        using var all = new BatchLoader(TinyTask.Train, BatchLoaderOptions.Evaluation(TinyTask.Train.Count));
        using (var batch = all.Epoch(0).Single())
        {
            using var logits = executor.Forward(batch.Images, training: false);
            using var loss = Aten.CrossEntropy(logits, batch.Labels);
            Autograd.Backward(loss);
        }

        var expected = Gradient(parameters);

        // A sum of three means, of other gradients before it nothing.
        TrainingGradients.Accumulate(
            executor, parameters, TinyTask.Task, TinyTask.Train, batches: 100, TinyTask.BatchSize, epoch: 4);

        Assert.Equal(expected, Gradient(parameters).Select(value => value / TinyTask.StepsPerEpoch), Close);
        Assert.Equal(before, parameters["bn1.running_mean"].ToArray<float>());

        TrainingGradients.Accumulate(executor, parameters, TinyTask.Task, TinyTask.Train, 1, TinyTask.BatchSize);
        Assert.NotEqual(expected, Gradient(parameters), Close);
        parameters.ClearGradients();
    }

    [Fact]
    public void No_batch_gives_no_gradients()
    {
        var graph = TinyTask.Network();
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        var error = Assert.Throws<OcsInputException>(() => TrainingGradients.Accumulate(
            new(graph, parameters), parameters, TinyTask.Task, TinyTask.Train, batches: 0));
        Assert.Equal("`batches` must be at least 1, but is 0.", error.Message);
    }

    [Fact]
    public void A_criterion_gets_gradients_at_each_ranking_and_steps_do_not_see_them()
    {
        var (with, without) = (new ByNorm(NeedsGradients: true), new ByNorm(NeedsGradients: false));

        Assert.Equal(Losses(without), Losses(with));

        // Before the first epoch, and when each of four begins.
        Assert.Equal([true, true, true, true, true], with.Seen);
        Assert.Equal([false, false, false, false, false], without.Seen);
    }

    [Fact]
    public void A_run_is_cut_to_the_channels_that_Taylor_keeps()
    {
        // Nothing changes, so the run ranks what it began with.
        var g = new GraphBuilder("still");
        var x = g.Relu("relu", g.Conv2d("conv", g.Input("input", 1, 8, 8), 40, kernel: 3, padding: 1));
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", g.AveragePool2d("pool", x, 2)), TinyTask.Classes));
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(
            TinyTask.Pruning with { Saliency = SaliencyKind.Taylor, LatestCutEpoch = 1, SparsityStartEpoch = 0 },
            observer, TinyTask.Options with { Epochs = 2, LearningRate = 1e-30 }, graph: graph);
        using var result = trainer.Run();

        using var parameters = ParameterTable.Initialize(graph, TinyTask.Options.Seed);
        TrainingGradients.Accumulate(
            new(graph, parameters), parameters, TinyTask.Task, TinyTask.Train, 8, TinyTask.BatchSize);
        var expected = new SubnetworkSearch(graph, OneCycleOptions.Paper with { Saliency = SaliencyKind.Taylor })
            .Find(parameters);
        Assert.Equal(
            expected.Subnetwork.Kept.SelectMany(kept => kept),
            result.Record!.Groups.SelectMany(group => group.Kept));
        parameters.ClearGradients();
    }

    private static IEnumerable<double> Losses(ISaliency criterion)
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(TinyTask.Pruning with { CustomSaliency = criterion }, observer);
        using var _ = trainer.Run();
        return [.. observer.Records.Select(record => record.TrainLoss)];
    }

    private static float[] Gradient(ParameterTable parameters)
    {
        using var gradient = parameters["conv2.weight"].GetGradient();
        return gradient!.ToArray<float>();
    }

    private static bool Close(float expected, float actual) => Math.Abs(expected - actual) < 1e-5;

    private sealed record ByNorm(bool NeedsGradients) : ISaliency
    {
        public List<bool> Seen { get; } = [];

        public string Name => "by-norm";

        public IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups)
        {
            using var gradient = groups[0].ParameterOf(groups[0].Members[0]).GetGradient();
            Seen.Add(gradient is not null);
            return
            [
                .. groups.Select(group => group.MeanOverMembers((member, channel) =>
                    group.ValuesOf(member, channel).Sum(value => value * value))),
            ];
        }
    }
}

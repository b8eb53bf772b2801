using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Tests;

/// <summary>Tasks, data sets and optimisers that the trainer does not know.</summary>
[NoTensorLeaks]
public sealed class OtherTaskTests
{
    [Fact]
    public void Two_inputs_are_learnt_and_the_best_network_is_that_of_the_headline()
    {
        TorchRuntime.Threads = 1;
        using var train = TwoInputs.Samples(64, seed: 1);
        using var test = TwoInputs.Samples(60, seed: 2);
        using var observer = new RecordingObserver();
        using var trainer = new OneCycleTrainer(
            TwoInputs.Network(), TwoInputs.Data(train, test), TwoInputs.Options with { Epochs = 8 },
            TwoInputs.Pruning)
        {
            Observer = observer,
        };
        using var result = trainer.Run();

        Assert.True(result.Gate!.Passed);
        Assert.True(result.Network.Macs <= 0.5 * result.Original.Macs);
        Assert.InRange(result.Evaluation!.Headline, 0.6, 1);
        Assert.Equal(observer.Records.Skip(3).Max(record => record.ValMetrics!["r2"]), result.Best!.Value, 1e-12);
        Assert.All(observer.Records, record => Assert.Null(record.ValAccuracy));
    }

    [Fact]
    public void Two_processes_measure_and_learn_what_one_does()
    {
        using var train = TwoInputs.Samples(64, seed: 1);
        using var test = TwoInputs.Samples(59, seed: 2);
        var options = TwoInputs.Options with { Epochs = 1, EmaDecay = null, Layout = LayoutChoice.Contiguous };
        var ranks = Ranks.Run(2, group =>
        {
            TorchRuntime.Threads = 1;
            using var trainer = new OneCycleTrainer(
                Plain(), TwoInputs.Data(train, test), options, pruning: null, new() { Group = group });
            using var result = trainer.Run();
            return result.Evaluation!;
        });
        using var alone = new OneCycleTrainer(Plain(), TwoInputs.Data(train, test), options);
        using var expected = alone.Run();

        Assert.All(ranks, rank => Assert.Equal(59, rank.Samples));
        Assert.All(ranks, rank => Assert.All(
            expected.Evaluation!.Metrics, metric => Assert.Equal(metric.Value, rank[metric.Name]!.Value, 1e-3)));

        // Without batch norms, which see only their own part.
        static Graph Plain()
        {
            var g = new GraphBuilder("plain");
            var (image, vector) = (g.Input("image", 1, 8, 8), g.Input("vector", 4));
            var x = g.Relu("relu", g.Linear("hidden", g.Flatten("flatten", image), 16));
            return g.Build(g.Linear("out", g.Concat("cat", 1, x, vector), 1));
        }
    }

    [Fact]
    public void An_optimiser_of_ones_own_takes_the_steps_and_is_cut()
    {
        TorchRuntime.Threads = 1;
        using var counting = new Counting(new Sgd(TinyTask.Options));
        using var observer = new RecordingObserver();
        using var trainer = new OneCycleTrainer(
            TinyTask.Network(), TinyTask.Data, TinyTask.Options, TinyTask.Pruning,
            new() { Optimizer = counting })
        {
            Observer = observer,
        };
        using var result = trainer.Run();
        using var plainly = TinyTask.Trainer(TinyTask.Pruning, observer);
        using var expected = plainly.Run();

        Assert.Equal((TinyTask.Options.Epochs * TinyTask.StepsPerEpoch, 1), (counting.Steps, counting.Cuts));
        Assert.Equal(expected.ValidationLoss, result.ValidationLoss);
        Assert.StartsWith("saliency: norm\nranking: ", result.Record!.Options, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_without_classes_need_a_task_and_smoothing_belongs_to_it()
    {
        using var samples = TwoInputs.Samples(16, seed: 1);
        var error = Assert.Throws<OcsInputException>(
            () => new OneCycleTrainer(TwoInputs.Network(), new(samples, samples), TwoInputs.Options));
        Assert.Equal(
            "pairs holds no images with classes, so the task has to be given: set `TrainingData.Task`.",
            error.Message);
        error = Assert.Throws<OcsInputException>(() => new OneCycleTrainer(
            TwoInputs.Network(), TwoInputs.Data(samples, samples), TwoInputs.Options with { LabelSmoothing = 0.1 }));
        Assert.StartsWith(
            "`LabelSmoothing` is for the task that is chosen by the data", error.Message, StringComparison.Ordinal);
    }

    private sealed class Counting(Sgd sgd) : IOptimizer
    {
        public int Steps { get; private set; }

        public int Cuts { get; private set; }

        public OptimizerState State => sgd.State;

        public void Restore(OptimizerState state) => sgd.Restore(state);

        public void Step(ParameterTable parameters, double learningRate) => sgd.Step(parameters, learningRate);

        public void Step(ParameterTable parameters, Tensor learningRate)
        {
            Steps++;
            sgd.Step(parameters, learningRate);
        }

        public void Cut(Pruning.Surgery.CutPlan plan)
        {
            Cuts++;
            sgd.Cut(plan);
        }

        public void Expand(Pruning.Surgery.CutPlan plan) => sgd.Expand(plan);

        public void Restart() => sgd.Restart();

        public void Dispose() => sgd.Dispose();
    }
}

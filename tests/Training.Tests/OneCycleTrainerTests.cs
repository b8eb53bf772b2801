using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Tasks;
using Ocs.Torch;
using static Ocs.RunLog.RunPhase;

namespace Ocs.Training.Tests;

[NoTensorLeaks]
public sealed partial class OneCycleTrainerTests
{
    [Fact]
    public void Plain_training_learns_and_hands_over_best_and_last()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(pruning: null, observer);
        using var result = trainer.Run();

        Assert.Equal([0, 1, 2, 3, 4], observer.Records.Select(record => record.Epoch));
        Assert.All(observer.Records, record => Assert.Equal(Train, record.Phase));
        Assert.All(observer.Records, record => Assert.Null(record.J ?? record.Lambda ?? record.SearchSeconds));
        Assert.All(observer.Records, record => Assert.InRange(record.WaitFraction!.Value, 0, 1));
        Assert.True(observer.Records[^1].TrainLoss < observer.Records[0].TrainLoss / 2);
        Assert.Equal(5 * TinyTask.StepsPerEpoch, observer.Steps.Count);
        Assert.Equal(["step", "step", "step", "epoch", "best"], observer.Events[..5]);
        Assert.Equal("last", observer.Events[^1]);

        Assert.False(result.Stopped);
        Assert.Null(result.Record);
        Assert.Null(result.Gate);
        Assert.Equal(5, result.EpochsDone);
        Assert.Equal(observer.Records.Max(record => record.ValAccuracy), result.Best);
        Assert.Equal(observer.Records[^1].ValAccuracy, result.ValidationAccuracy);
        Assert.Equal(observer.Records[^1].ValLoss, result.ValidationLoss);
        Assert.True(result.Best > 0.9);
    }

    [Fact]
    public void The_norms_of_every_channel_that_may_leave_are_counted_from_the_first_search_to_the_cut()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer);
        using var result = trainer.Run();

        // Two groups, of 12 channels (conv1 and conv3) and of 16 (conv2); image and classes are frozen.
        Assert.Equal(
            [28, 28, 28, 28, null],
            observer.Records.Select(record => (int?)(record.Norms?.Kept.Total + record.Norms?.Pruned.Total)));
        var atCut = observer.Records[3].Norms!;
        var kept = result.Groups.Zip(result.Record!.Groups).Where(pair => pair.First.IsPrunable).Sum(
            pair => pair.Second.Kept.Length);
        Assert.Equal(kept, atCut.Kept.Total);
        Assert.True(atCut.Pruned.Quantile(0.5) < atCut.Kept.Quantile(0.5));
    }

    [Fact]
    public void Given_weights_are_where_a_run_begins_and_the_seed_draws_what_is_left()
    {
        var g = new GraphBuilder("dropout");
        var x = g.Relu("relu", g.Conv2d("conv", g.Input("input", 1, 8, 8), 8, kernel: 3, padding: 1));
        x = g.Dropout("dropout", g.Flatten("flatten", g.AveragePool2d("pool", x, 2)), 0.3);
        var graph = g.Build(g.Linear("fc", x, TinyTask.Classes));
        var (fromRandom, trained) = TrainFrom(graph, start: null);

        using var first = trained;
        var (fromTrained, second) = TrainFrom(graph, first.Clone(graph));
        var (again, third) = TrainFrom(graph, first.Clone(graph));

        Assert.True(fromTrained[0] < fromRandom[0] / 2);
        Assert.Equal(fromTrained, again);
        second.Dispose();
        third.Dispose();
    }

    [Fact]
    public void A_run_cuts_by_the_policy_that_it_is_given_and_leaves_kinds_whole()
    {
        var g = new GraphBuilder("grouped");
        var x = g.Relu("relu", g.Conv2d("stem", g.Input("input", 1, 8, 8), 8, kernel: 3, padding: 1));
        x = g.Relu("relu2", g.Conv2d("grouped", x, 16, kernel: 3, padding: 1, groups: 4));
        x = g.Linear("hidden", g.Flatten("flatten", g.AveragePool2d("pool", x, 4)), 10);
        var graph = g.Build(g.Linear("fc", g.Relu("relu3", x), TinyTask.Classes));
        var pruning =
            TinyTask.Pruning with { Target = 0.2, Groups = CouplingPolicy.Whole, Freeze = [GroupKind.MlpWidth] };
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(pruning, observer, graph: graph);
        using var result = trainer.Run();

        var grouped = (Conv2d)result.Graph.Nodes.Single(node => node.Name == "grouped").Operator;
        Assert.InRange(grouped.Groups, 1, 3);
        Assert.Equal([4L * grouped.Groups, 2], result.Graph.Parameter("grouped.weight").Shape.Take(2));
        Assert.Equal(10, result.Graph.Parameter("fc.weight").Shape[1]);
        Assert.Equal(
            "left whole by freeze mlp-width",
            result.Layers.Single(layer => layer.Name == "hidden").FrozenReason);
        Assert.True(result.Gate!.Passed);
    }

    private static (IReadOnlyList<double> Losses, ParameterTable Parameters) TrainFrom(
        Graph graph, ParameterTable? start)
    {
        TorchRuntime.Threads = 1;
        using var observer = new RecordingObserver();
        using var trainer = start is null
            ? new OneCycleTrainer(graph, TinyTask.Data, TinyTask.Options) { Observer = observer }
            : new OneCycleTrainer(new Network(graph, start), TinyTask.Data, TinyTask.Options) { Observer = observer };
        var result = trainer.Run();
        return ([.. observer.Records.Select(record => record.TrainLoss)], result.Parameters);
    }

    [Fact]
    public void The_papers_cycle_trains_sparsifies_cuts_and_trains_on()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer);
        using var result = trainer.Run();

        Assert.Equal([Train, Sparsity, Sparsity, Final, Final], observer.Records.Select(record => record.Phase));
        Assert.Equal([false, true, true, false, false], observer.Records.Select(record => record.Lambda is not null));
        Assert.Equal([false, true, true, true, false], observer.Records.Select(record => record.J is not null));
        Assert.Equal(
            [true, true, true, true, false],
            observer.Records.Select(record => record.SearchSeconds is not null));
        Assert.All(observer.Records.Take(3), record => Assert.Equal(result.Original.Macs, record.Macs));
        Assert.All(observer.Records.Skip(3), record => Assert.Equal(result.Graph.Macs, record.Macs));
        AssertCut(result, observer, TinyTask.Pruning);
        Assert.Equal(1, result.SparsityStartEpoch);
        Assert.Equal((null, 3), (result.StableEpoch, result.CutEpoch));
        Assert.Equal(observer.Records[2].ValAccuracy, result.BeforeCut?.Accuracy);
        var input = Assert.IsType<Input>(result.Graph.InputNodes.Single().Operator);
        Assert.Equal(TinyTask.Train.Normalization.Mean, input.Mean);
    }

    [Fact]
    public void The_official_cycle_begins_two_epochs_later_and_cuts_after_an_epoch()
    {
        var pruning = OneCycleOptions.Official with { SparsityStartEpoch = 0, LatestCutEpoch = 2 };
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(pruning, observer, TinyTask.Options with { Epochs = 6 });
        using var result = trainer.Run();

        Assert.Equal([Train, Train, Sparsity, Sparsity, Final, Final], observer.Records.Select(record => record.Phase));
        Assert.Equal(result.Original.Macs, observer.Records[3].Macs);
        AssertCut(result, observer, pruning);
        Assert.Equal(2, result.SparsityStartEpoch);
        Assert.Equal((null, 4), (result.StableEpoch, result.CutEpoch));
    }

    [Fact]
    public void A_sub_network_that_never_becomes_stable_is_cut_at_the_end()
    {
        var pruning = TinyTask.Pruning with { LatestCutEpoch = null };
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(pruning, observer, TinyTask.Options with { Epochs = 2 });
        using var result = trainer.Run();

        Assert.Equal([Train, Sparsity], observer.Records.Select(record => record.Phase));
        AssertCut(result, observer, pruning);
        Assert.Equal((null, 2), (result.StableEpoch, result.CutEpoch));
        Assert.Equal(result.ValidationAccuracy, result.Best);
        Assert.Contains(
            observer.Messages,
            message => message.Contains("did not become stable in 2 epochs", StringComparison.Ordinal));
        Assert.Contains(
            observer.Messages,
            message => message.StartsWith("Cut before the sub-network was stable: ", StringComparison.Ordinal));
        Assert.True(result.WasForced);
        Assert.Contains(
            "is cut at the end, and is not trained after it", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        Assert.Equal(Losses(TinyTask.Options), Losses(TinyTask.Options));
        Assert.NotEqual(Losses(TinyTask.Options), Losses(TinyTask.Options with { Seed = 4 }));
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(5, 1)]
    [InlineData(10, 3)]
    public void A_stop_ends_the_run_after_the_step(int steps, int epochsDone)
    {
        using var observer = new RecordingObserver { StopAfter = steps };
        using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer);
        using var result = trainer.Run(cancellationToken: observer.Stop);

        Assert.True(result.Stopped);
        Assert.Equal(epochsDone, result.EpochsDone);
        Assert.Equal(steps, observer.Steps.Count);
        Assert.Equal(epochsDone, observer.Records.Count);
        Assert.Equal(epochsDone > 0, result.ValidationAccuracy is not null);
        Assert.Equal("last", observer.Events[^1]);
        Assert.Equal(result.Graph, observer.Models[^1].Graph);
        Assert.Equal(steps > 3 * TinyTask.StepsPerEpoch, result.Record is not null);
    }

    [Fact]
    public void A_loss_that_is_not_finite_names_epoch_and_step()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(pruning: null, observer, TinyTask.Options with { LearningRate = 1e30 });
        var error = Assert.Throws<TrainingDivergedException>(() => trainer.Run());
        Assert.Matches(@"^The loss is (NaN|∞|Infinity) in epoch 0, step [12]: training has diverged", error.Message);
    }

    [Fact]
    public void So_does_a_validation_loss_that_is_not_finite()
    {
        var graph = TinyTask.Network();
        var start = ParameterTable.Initialize(graph, seed: 7);
        start.Replace("bn1.running_mean", Tensor.Full(start["bn1.running_mean"].Shape, double.NaN));
        using var observer = new RecordingObserver();
        using var trainer = new OneCycleTrainer(new Network(graph, start), TinyTask.Data,
            TinyTask.Options, TinyTask.Pruning)
        {
            Observer = observer,
        };

        var error = Assert.Throws<TrainingDivergedException>(() => trainer.Run());

        Assert.StartsWith(
            "The validation loss is NaN after epoch 0: training has diverged; "
            + "lower `LearningRate` or add `WarmupEpochs`.",
            error.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "with momentum 0.1, the running statistics of its batch norms have hardly begun to follow after 3 steps.",
            error.Message,
            StringComparison.Ordinal);
        Assert.Single(observer.Records);
        Assert.Empty(observer.Models);
        using var result = trainer.Leave(error);
        Assert.Equal(error.Message, result.Problem);
    }

    [Fact]
    public void A_cut_that_leaves_no_epoch_to_train_in_must_be_asked_for()
    {
        using var observer = new RecordingObserver();
        var pruning = TinyTask.Pruning with { CutAtEnd = false, LatestCutEpoch = TinyTask.Options.Epochs };
        var error = Assert.Throws<OcsInputException>(() => TinyTask.Trainer(pruning, observer));
        Assert.StartsWith(
            "Pruning options: `LatestCutEpoch` 5 leaves no epoch to train the cut network in",
            error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_word_about_epochs_the_cycle_fits_the_run()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(new OneCycleOptions { Target = 0.5 }, observer);
        using var result = trainer.Run();
        Assert.Equal([Train, Train, Sparsity, Final, Final], observer.Records.Select(record => record.Phase));
    }

    [Fact]
    public void Mixed_and_erased_images_are_trained_on_and_others_than_images_are_refused()
    {
        var augmentation = new AugmentationOptions { MixupAlpha = 0.4, CutmixAlpha = 1, RandomErasing = 0.25 };
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(
            TinyTask.Pruning, observer, data: TinyTask.Data with { Augmentation = augmentation });
        using var result = trainer.Run();
        Assert.True(result.Gate!.Passed);
        Assert.InRange(result.ValidationAccuracy!.Value, 0.8, 1);

        using var train = TwoInputs.Samples(32, 1);
        using var test = TwoInputs.Samples(32, 2);
        var error = Assert.Throws<OcsInputException>(() => new OneCycleTrainer(
            TwoInputs.Network(), new(train, test, augmentation) { Task = new Regression() }, TwoInputs.Options));
        Assert.StartsWith(
            "`MixupAlpha`, `CutmixAlpha`, `RandomErasing`, `RandAugmentOperations` and `RepeatedAugmentation` are for "
            + "images with a class each, but pairs has others",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_for_other_images_or_classes_is_told()
    {
        using var observer = new RecordingObserver();
        var images = Assert.Throws<OcsInputException>(
            () => TinyTask.Trainer(null, observer, graph: TinyTask.Network(channels: 3)));
        Assert.Equal(
            "Network 'tiny' takes inputs [1, 3, 8, 8], but rows has images [1, 1, 8, 8]; "
            + "build the network for these images.",
            images.Message);
        var classes = Assert.Throws<OcsInputException>(
            () => TinyTask.Trainer(null, observer, graph: TinyTask.Network(classes: 10)));
        Assert.Equal(
            "Network 'tiny' has 10 classes, but rows has 3; give the right number of classes.",
            classes.Message);
    }

    [Fact]
    public void A_target_that_cannot_be_reached_is_told()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(TinyTask.Pruning with { Target = 0.9, MaximumPruned = 0.2 }, observer);
        var error = Assert.Throws<OcsInputException>(() => trainer.Run());
        Assert.Contains("can't be reached", error.Message, StringComparison.Ordinal);
        Assert.Empty(observer.Steps);
    }

    [Fact]
    public void The_gate_saves_and_loads_the_cut_network()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer);
        using var result = trainer.Run();
        Assert.True(result.Gate!.Reload);
        Assert.True(result.Gate.Passed);
    }

    [Fact]
    public void Nothing_is_replaced_when_the_gate_fails()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer, graph: Lying());
        var error = Assert.Throws<CutNotProvenException>(() => trainer.Run());
        Assert.StartsWith("The cut is not proven right", error.Message, StringComparison.Ordinal);
        Assert.Equal([Train, Sparsity, Sparsity], observer.Records.Select(record => record.Phase));
        Assert.Equal(
            (ModelKind.Last, false),
            Assert.Single(observer.Models.Select(model => (model.Kind, model.IsPruned))));
        using var result = trainer.Leave(error);
        Assert.Equal((error.Message, null, false), (result.Problem, result.Record, result.Gate!.Passed));

        static Graph Lying()
        {
            var g = new GraphBuilder("lying");
            var x = g.Conv2d("conv", g.Input("input", 1, 8, 8), 12, kernel: 3, padding: 1);
            x = g.Flatten(
                "flatten",
                g.AdaptiveAveragePool2d("pool", g.Relu("relu", g.Add("shifted", new Shifted(), [x], [])), 1));
            return g.Build(g.Linear("fc", x, TinyTask.Classes));
        }
    }

    [Fact]
    public void Given_weights_are_where_training_starts()
    {
        using var observer = new RecordingObserver();
        var graph = TinyTask.Network();
        var start = ParameterTable.Initialize(graph, seed: 77);
        using var trainer =
            new OneCycleTrainer(new Network(graph, start), TinyTask.Data, TinyTask.Options) { Observer = observer };
        using var result = trainer.Run();
        Assert.NotEqual(Losses(TinyTask.Options, pruning: null)[0], observer.Steps[0].Loss);
    }

    [Fact]
    public void The_faster_layout_is_chosen_and_told()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(
            null, observer, TinyTask.Options with { Layout = LayoutChoice.Auto, Epochs = 1 });
        using var result = trainer.Run();
        Assert.Contains(observer.Messages, message => message.StartsWith("Layout: ", StringComparison.Ordinal));
    }

    // Mean losses of the epoch so far: equal for every step only if every loss is.
    private static double[] Losses(TrainingOptions options) => Losses(options, TinyTask.Pruning);

    private static double[] Losses(TrainingOptions options, OneCycleOptions? pruning)
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(pruning, observer, options);
        using var result = trainer.Run();
        return [.. observer.Steps.Select(step => step.Loss)];
    }
}

using System.Text.RegularExpressions;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.RunLog;
using Ocs.Tasks;
using Ocs.Training.Checkpoints;
using Ocs.Training.Metrics;

namespace Ocs.Training.Tests;

[NoTensorLeaks, OneThread]
public sealed class RankingTrialTests
{
    [Theory]
    [InlineData(0, 1.0, 1.0)]
    [InlineData(1, 1.0, 0.99)]
    [InlineData(2, 1.0, 0.99, 0.98)]
    [InlineData(0, 1.0, double.NaN)]
    [InlineData(1, double.NaN, 5.0)]
    [InlineData(0, double.NaN, double.PositiveInfinity)]
    public void The_smallest_loss_is_taken_and_of_equal_ones_the_first(int expected, params double[] losses) =>
        Assert.Equal(expected, RankingTrial.Best(losses));

    [Fact]
    public void A_trial_has_the_loss_of_such_a_cut_and_leaves_the_run_as_it_is()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(Pruning, observer, Still, graph: Network());
        using var result = trainer.Run();

        var (chosen, isomorphic, global) = Losses(observer);

        // Nothing is learnt, so the mean of the later steps is a mean over some of the samples.
        Assert.Equal(LossOf(Ranking.Isomorphic), isomorphic, 0.02);
        Assert.Equal(LossOf(Ranking.Global), global, 0.02);
        var expected = global < isomorphic ? Ranking.Global : Ranking.Isomorphic;
        Assert.Equal(expected, result.ChosenRanking);
        Assert.Equal(OptionName.Of($"{expected}"), chosen);

        // The same run with that ranking given.
        using var again = new RecordingObserver();
        using var given = TinyTask.Trainer(
            Pruning with { Ranking = expected }, again, Still, graph: Network());
        using var same = given.Run();
        Assert.Equal(
            observer.Records.Select(record => record.TrainLoss), again.Records.Select(record => record.TrainLoss));
    }

    // From the first step on, in a warm-up: at the rate of that step alone it would learn next to nothing.
    [Fact]
    public void The_trial_learns_at_the_rates_of_the_run_and_the_run_goes_on_as_if_there_had_been_none()
    {
        var options = TinyTask.Options with { BatchSize = 2, WarmupEpochs = 1 };
        var pruning = Pruning with { SparsityStartEpoch = 0 };
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(pruning, observer, options, graph: Network());
        using var result = trainer.Run();
        var losses = Losses(observer);
        Assert.InRange(losses.Isomorphic, 0, 0.8 * LossOf(Ranking.Isomorphic));
        Assert.InRange(losses.Global, 0, 0.8 * LossOf(Ranking.Global));

        using var again = new RecordingObserver();
        using var given = TinyTask.Trainer(
            pruning with { Ranking = result.ChosenRanking!.Value }, again, options, graph: Network());
        using var same = given.Run();
        Assert.Equal(
            observer.Records.Select(record => record.TrainLoss), again.Records.Select(record => record.TrainLoss));
    }

    [Fact]
    public void A_run_that_is_stopped_in_the_trial_has_not_begun_the_epoch_and_resumes_before_it()
    {
        using var whole = new RecordingObserver();
        using (var trainer = TinyTask.Trainer(Pruning, whole, data: DataOf(() => { }), graph: Network()))
        {
            trainer.Run().Dispose();
        }

        using var folder = new TemporaryFolder();
        var file = folder.PathOf("checkpoint.safetensors");
        using var stop = new CancellationTokenSource();
        using var stopped = new RecordingObserver
        {
            OnCheckpoint = checkpoint =>
            {
                using var stream = File.Create(file);
                checkpoint.Write(stream, new("", RunKind.Train, null, "", new(0, "", 0)));
            },
        };

        // The first loss after an epoch is one of the trial.
        var steps = 0;
        var data = DataOf(() =>
        {
            if (stopped.Records.Count > 0)
            {
                steps++;
                stop.Cancel();
            }
        });
        using (var trainer = TinyTask.Trainer(Pruning, stopped, data: data, graph: Network()))
        {
            trainer.Run(cancellationToken: stop.Token).Dispose();
        }

        Assert.Equal(1, steps);
        Assert.Single(stopped.Records);
        Assert.DoesNotContain(stopped.Messages, IsChoice);

        var (checkpoint, _) = Checkpoint.Read(file);
        using var resumed = new RecordingObserver();
        using (var trainer = OneCycleTrainer.Resume(checkpoint, DataOf(() => { }), TinyTask.Options, Pruning))
        {
            trainer.Observer = resumed;
            trainer.Run().Dispose();
        }

        Assert.Equal(Losses(whole), Losses(resumed));
        Assert.Equal(
            whole.Records.Skip(1).Select(record => (record.TrainLoss, record.J, record.Dispute)),
            resumed.Records.Select(record => (record.TrainLoss, record.J, record.Dispute)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_ranking_that_is_given_is_not_tried(bool isOwn)
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(
            isOwn
                ? Pruning with { CustomRanking = new ClassRanking("own", _ => "all") }
                : Pruning with { Ranking = Ranking.PerGroup },
            observer, Still, graph: Network());
        using var result = trainer.Run();
        Assert.DoesNotContain(observer.Messages, IsChoice);
        Assert.Null(result.ChosenRanking);
    }

    private static TrainingOptions Still => TinyTask.Options with { Epochs = 3, LearningRate = 1e-30 };

    private static OneCycleOptions Pruning => TinyTask.Pruning with
    {
        Ranking = Ranking.Auto,
        MaximumPruned = 0.75,
        SparsityStartEpoch = 1,
        LatestCutEpoch = 2,
    };

    // With a task that calls an action before each loss.
    private static TrainingData DataOf(Action action) => TinyTask.Data with
    {
        Task = new CustomTask("rows", (outputs, batch) =>
        {
            action();
            return TinyTask.Task.Loss(outputs, batch);
        }),
    };

    private static (string Chosen, double Isomorphic, double Global) Losses(RecordingObserver observer)
    {
        var said = Regex.Match(
            Assert.Single(observer.Messages, IsChoice),
            @"^Ranking: (\w+)\. The loss of a cut on trial is ([\d.]+) isomorphic, ([\d.]+) global\.$");
        return (said.Groups[1].Value, double.Parse(said.Groups[2].Value), double.Parse(said.Groups[3].Value));
    }

    private static bool IsChoice(string message) => message.StartsWith("Ranking:", StringComparison.Ordinal);

    // Without batch norms, whose statistics would depend on the order of batches.
    private static Graph Network()
    {
        var g = new GraphBuilder("still");
        var x = g.Relu("relu1", g.Conv2d("conv1", g.Input("input", 1, 8, 8), 12, kernel: 3, padding: 1));
        x = g.Relu("relu2", g.Conv2d("conv2", x, 40, kernel: 3, padding: 1));
        return g.Build(g.Linear("fc", g.Flatten("flatten", g.AveragePool2d("pool", x, 2)), TinyTask.Classes));
    }

    private static double LossOf(Ranking ranking)
    {
        var graph = Network();
        using var parameters = ParameterTable.Initialize(graph, TinyTask.Options.Seed);
        var search = new SubnetworkSearch(graph, Pruning).With(ranking);
        var plan = CutPlan.Create(search.Coupling, search.Find(parameters).Subnetwork);
        using var cut = plan.Apply(parameters);
        return Evaluation.Run(new(plan.After, cut), TinyTask.Task, TinyTask.Train, TinyTask.BatchSize).Loss;
    }
}

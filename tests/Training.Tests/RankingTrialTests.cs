using System.Text.RegularExpressions;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
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

        var said = Assert.Single(observer.Messages, IsChoice);
        var losses = Regex.Match(
            said, @"^Ranking: (\w+)\. The loss of a cut on trial is ([\d.]+) isomorphic, ([\d.]+) global\.$");
        var (isomorphic, global) = (Number(losses.Groups[2]), Number(losses.Groups[3]));

        // Nothing is learnt, so the mean of the later steps is a mean over some of the samples.
        Assert.Equal(LossOf(Ranking.Isomorphic), isomorphic, 0.02);
        Assert.Equal(LossOf(Ranking.Global), global, 0.02);
        var expected = global < isomorphic ? Ranking.Global : Ranking.Isomorphic;
        Assert.Equal(expected, result.ChosenRanking);
        Assert.Equal(OptionName.Of($"{expected}"), losses.Groups[1].Value);

        // The same run with that ranking given.
        using var again = new RecordingObserver();
        using var given = TinyTask.Trainer(
            Pruning with { Ranking = expected, MaximumPruned = 0.75 }, again, Still, graph: Network());
        using var same = given.Run();
        Assert.Equal(
            observer.Records.Select(record => record.TrainLoss), again.Records.Select(record => record.TrainLoss));
    }

    [Fact]
    public void The_trial_learns_and_the_run_goes_on_as_if_there_had_been_none()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(Pruning, observer);
        using var result = trainer.Run();
        using var again = new RecordingObserver();
        using var given = TinyTask.Trainer(
            Pruning with { Ranking = result.ChosenRanking!.Value, MaximumPruned = 0.75 }, again);
        using var same = given.Run();

        Assert.Equal(
            observer.Records.Select(record => record.TrainLoss), again.Records.Select(record => record.TrainLoss));
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
        SparsityStartEpoch = 1,
        LatestCutEpoch = 2,
    };

    private static bool IsChoice(string message) => message.StartsWith("Ranking:", StringComparison.Ordinal);

    // Without batch norms, whose statistics would depend on the order of batches.
    private static Graph Network()
    {
        var g = new GraphBuilder("still");
        var x = g.Relu("relu1", g.Conv2d("conv1", g.Input("input", 1, 8, 8), 12, kernel: 3, padding: 1));
        x = g.Relu("relu2", g.Conv2d("conv2", x, 40, kernel: 3, padding: 1));
        return g.Build(g.Linear("fc", g.Flatten("flatten", g.AveragePool2d("pool", x, 2)), TinyTask.Classes));
    }

    private static double Number(Group group) => double.Parse(group.Value);

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

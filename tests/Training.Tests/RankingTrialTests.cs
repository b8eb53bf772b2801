using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.Training.Metrics;

namespace Ocs.Training.Tests;

[NoTensorLeaks, OneThread]
public sealed class RankingTrialTests
{
    [Theory]
    [InlineData(0, 1.0, 1.0)]
    [InlineData(0, 1.0, 0.91)]
    [InlineData(1, 1.0, 0.89)]
    [InlineData(2, 1.0, 0.89, 0.88)]
    [InlineData(0, 1.0, double.NaN)]
    [InlineData(1, double.NaN, 5.0)]
    [InlineData(0, double.NaN, double.PositiveInfinity)]
    public void The_first_is_taken_unless_another_loses_less_by_a_tenth(int expected, params double[] losses) =>
        Assert.Equal(expected, RankingTrial.Best(losses));

    [Fact]
    public void A_trial_has_the_loss_that_the_training_samples_have_after_such_a_cut()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(Pruning, observer, Still, graph: Network());
        using var result = trainer.Run();

        var said = Assert.Single(observer.Messages, IsChoice);
        Assert.EndsWith(
            $"The loss of a cut on trial is {LossOf(Ranking.Isomorphic)} isomorphic, {LossOf(Ranking.Global)} global.",
            said, StringComparison.Ordinal);
        Assert.Equal($"Ranking: {OptionName.Of($"{result.ChosenRanking}")}.", said[..(said.IndexOf('.') + 1)]);
    }

    [Fact]
    public void A_ranking_that_is_given_is_not_tried()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(
            Pruning with { Ranking = Ranking.PerGroup }, observer, Still, graph: Network());
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

    private static string LossOf(Ranking ranking)
    {
        var graph = Network();
        using var parameters = ParameterTable.Initialize(graph, TinyTask.Options.Seed);
        var search = new SubnetworkSearch(graph, Pruning).With(ranking);
        var plan = CutPlan.Create(search.Coupling, search.Find(parameters).Subnetwork);
        using var cut = plan.Apply(parameters);
        var result = Evaluation.Run(new(plan.After, cut), TinyTask.Task, TinyTask.Train, TinyTask.BatchSize);
        return $"{result.Loss:F4}";
    }
}

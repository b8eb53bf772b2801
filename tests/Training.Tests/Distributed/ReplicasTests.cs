using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Torch;
using Ocs.Training.Distributed;
using Ocs.Training.Metrics;

namespace Ocs.Training.Tests.Distributed;

/// <summary>Several processes, here threads, train as one does.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class ReplicasTests
{
    // 48 images in batches of 13: the last has 9, and no batch is shared evenly.
    private static readonly TrainingOptions Uneven =
        TinyTask.Options with { Epochs = 13, BatchSize = 13, DropLast = false };

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Fifty_steps_end_with_the_weights_of_one_process(int processes)
    {
        var alone = Train(null, Plain(), Uneven).Weights;
        var together = Ranks.Run(processes, group => Train(group, Plain(), Uneven).Weights);

        foreach (var (name, expected) in alone)
        {
            Assert.True(
                Distance(expected, together[0][name]) < 1e-5,
                $"{name}: {Distance(expected, together[0][name])}");
            Assert.All(together, weights => Assert.Equal(together[0][name], weights[name]));
        }
    }

    [Fact]
    public void All_cut_the_same_channels_and_end_with_the_same_weights_and_only_the_first_tells()
    {
        var ranks = Ranks.Run(2, group => Train(group, TinyTask.Network(), TinyTask.Options, TinyTask.Pruning));

        Assert.NotEmpty(ranks[0].Record!.Groups);
        Assert.True(ranks[0].Record!.MacsAfter < ranks[0].Record!.MacsBefore);
        Assert.Equal(
            Show(ranks[0].Record!.Groups.Select(group => group.Kept)),
            Show(ranks[1].Record!.Groups.Select(group => group.Kept)));
        Assert.All(ranks[0].Weights, pair => Assert.Equal(pair.Value, ranks[1].Weights[pair.Key]));
        Assert.Contains("2 processes end with the same weights.", ranks[0].Events);
        Assert.Equal(5, ranks[0].Events.Count(what => what == "epoch"));
        Assert.Empty(ranks[1].Events);
    }

    [Fact]
    public void Whoever_is_asked_to_stop_stops_all_after_the_same_step()
    {
        var ranks = Ranks.Run(2, group =>
        {
            using var stop = new CancellationTokenSource();
            if (group.Rank == 1)
            {
                stop.Cancel();
            }

            return Train(group, TinyTask.Network(), TinyTask.Options, stop: stop.Token);
        });

        Assert.Equal(["2 processes end with the same weights.", "step", "last"], ranks[0].Events[1..]);
        Assert.All(ranks[0].Weights, pair => Assert.Equal(pair.Value, ranks[1].Weights[pair.Key]));
    }

    [Fact]
    public void An_evaluation_shared_out_gives_what_one_process_measures()
    {
        var graph = TinyTask.Network();
        using var parameters = ParameterTable.Initialize(graph, seed: 6);
        var alone = Evaluation.Run(new(graph, parameters), TinyTask.Test, batchSize: 4);
        var together = Ranks.Run(3, group =>
        {
            using var replicas = new Replicas(group);
            return Evaluation.Run(new(graph, parameters), TinyTask.Task, TinyTask.Test, 4, default, replicas);
        });

        Assert.All(
            together,
            result => Assert.Equal((alone.Accuracy, alone.Samples), (result.Accuracy, result.Samples)));
        Assert.All(together, result => Assert.Equal(alone.Loss, result.Loss, 1e-6));
    }

    [Fact]
    public void Running_statistics_become_the_mean_of_all()
    {
        var graph = TinyTask.Network();
        var means = Ranks.Run(2, group =>
        {
            using var parameters = ParameterTable.Initialize(graph, seed: 6);
            Aten.FillInPlace(parameters["bn1.running_mean"], 1 + (2 * group.Rank));
            using var replicas = new Replicas(group);
            replicas.AverageStatistics(graph, parameters);
            return parameters["bn1.running_mean"].ToArray<float>();
        });

        Assert.All(means, mean => Assert.All(mean, value => Assert.Equal(2, value)));
    }

    [Fact]
    public void The_choice_of_channels_is_that_of_rank_0()
    {
        var agreed = Ranks.Run(2, group =>
        {
            using var replicas = new Replicas(group);
            ImmutableArray<ImmutableArray<int>> kept = group.Rank == 0 ? [[0, 3], [1]] : [[1, 2, 3], [0, 1]];
            return replicas.Agree(new(new(kept, [4, 2]), 0.25 * (1 + group.Rank), null));
        });

        Assert.All(agreed, partition => Assert.Equal("0 3, 1", Show(partition.Subnetwork.Kept)));
        Assert.All(agreed, partition => Assert.Equal(0.25, partition.Removed));
    }

    [Fact]
    public void What_differs_is_told_in_every_process()
    {
        var sentences = Ranks.Run(3, group =>
        {
            using var replicas = new Replicas(group);
            var subnetwork = new Subnetwork([[0, group.Rank == 2 ? 2 : 1]], [3]);
            return Assert.Throws<OcsInputException>(() => replicas.RequireEqual(subnetwork)).Message;
        });

        Assert.Single(sentences.Distinct());
        Assert.Matches(
            "^The processes of the run do not have the same channels to keep at the cut: rank 2 differs from rank 0 "
            + "\\(SHA-256 [0-9a-f]{12}, not [0-9a-f]{12}\\); start all of them with the same program, "
            + "configuration and data\\.$",
            sentences[0]);
    }

    [Fact]
    public void A_last_batch_too_small_to_share_is_told()
    {
        var sentences = Ranks.Run(3, group =>
        {
            using var loader = new BatchLoader(TinyTask.Train, new() { BatchSize = 23 });
            using var replicas = new Replicas(group);
            return Assert.Throws<OcsInputException>(() => replicas.RequireSamples(loader)).Message;
        });
        Assert.All(sentences, sentence => Assert.Equal(
            "The last batch of an epoch has 2 samples, which 3 processes cannot share; take `DropLast = true`, "
            + "a larger `BatchSize`, or fewer processes.",
            sentence));
    }

    private static Outcome Train(
        ProcessGroup? group, Graph graph, TrainingOptions options, OneCycleOptions? pruning = null,
        CancellationToken stop = default)
    {
        using var observer = new RecordingObserver();

        // Drawn before, because the ranks are threads here and share libtorch's generator; other ranks' weights are
        // overwritten.
        var start = Weights(graph, seed: group is { Rank: 1 } ? 8 : 7);
        using var trainer = new OneCycleTrainer(new Network(graph, start), TinyTask.Data,
            options, pruning, new() { Group = group })
        {
            Observer = observer,
        };
        using var result = trainer.Run(cancellationToken: stop);
        return new(
            result.Parameters.Names.Where(name => result.Graph.Parameter(name).Role != ParameterRole.Counter)
                .ToDictionary(
                name => name, name => result.Parameters[name].ToArray<float>()),
            result.Record,
            [.. observer.Messages, .. observer.Events]);
    }

    private static ParameterTable Weights(Graph graph, int seed)
    {
        var dice = new Dice(seed);
        return ParameterTable.FromTensors(graph, graph.Parameters.ToDictionary(
            spec => spec.Name,
            spec => spec.Role switch
            {
                ParameterRole.Counter => Tensor.Zeros([], DType.Int64),
                ParameterRole.Buffer or ParameterRole.NormWeight => Tensor.Ones(spec.Shape.AsSpan()),
                _ => Tensor.FromArray<float>(dice.Floats(spec.ElementCount, -0.2, 0.2), spec.Shape.AsSpan()),
            }));
    }

    // Batch norm sees its own part only, so a network for this comparison has none.
    private static Graph Plain()
    {
        var g = new GraphBuilder("plain");
        var x = g.Relu("relu1", g.Conv2d("conv1", g.Input("input", 1, 8, 8), 8, kernel: 3, padding: 1, bias: true));
        x = g.Relu("relu2", g.Conv2d("conv2", x, 8, kernel: 3, padding: 1, bias: true));
        return g.Build(g.Linear("fc", g.Flatten("flatten", g.AveragePool2d("pool", x, 2)), TinyTask.Classes));
    }

    private static string Show(IEnumerable<ImmutableArray<int>> kept) =>
        string.Join(", ", kept.Select(channels => string.Join(' ', channels)));

    private static double Distance(float[] expected, float[] actual) =>
        Math.Sqrt(expected.Zip(actual, (a, b) => Math.Pow(a - b, 2)).Sum() / expected.Sum(a => (double)a * a));

    private sealed record Outcome(Dictionary<string, float[]> Weights, PruningRecord? Record, List<string> Events);
}

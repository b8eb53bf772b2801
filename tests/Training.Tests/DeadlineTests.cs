using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Torch;
using Ocs.Training.Optimizers;
using Ocs.Training.Schedules;

namespace Ocs.Training.Tests;

/// <summary>The preset auto: what leaves is exactly 0 before the cut, whatever the schedule.</summary>
[NoTensorLeaks]
public sealed class DeadlineTests
{
    private static readonly OneCycleOptions Auto = OneCycleOptions.Auto with { Target = 0.5, RoundTo = 1 };

    public static TheoryData<ScheduleKind, OptimizerKind, int, double?> Runs => new()
    {
        { ScheduleKind.Constant, OptimizerKind.Sgd, 16, null },
        { ScheduleKind.Cosine, OptimizerKind.Sgd, 7, null },
        { ScheduleKind.Step, OptimizerKind.Sgd, 48, null },
        { ScheduleKind.MultiStep, OptimizerKind.Adamw, 16, null },
        { ScheduleKind.Linear, OptimizerKind.Adam, 5, null },
        { ScheduleKind.Cosine, OptimizerKind.Sgd, 16, 0.9 },
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public void The_pruned_slices_are_exactly_0_before_the_cut_which_changes_nothing(
        ScheduleKind schedule, OptimizerKind optimizer, int batchSize, double? average)
    {
        using var observer = new WholeObserver();
        using var result = Train(observer, new()
        {
            Epochs = 7,
            BatchSize = batchSize,
            LearningRate = optimizer == OptimizerKind.Sgd ? 0.05 : 0.005,
            Schedule = schedule,
            Optimizer = optimizer,
            StepEpochs = 2,
            EmaDecay = average,
            DropLast = false,
        });

        Assert.Equal(result.CutEpoch, result.StableEpoch);
        Assert.False(result.WasForced);
        Assert.Empty(observer.NotZero(result.Record!));
        Assert.Equal(result.BeforeCut!.Loss, result.AfterCut!.Loss, 1e-4);
        Assert.Equal(result.BeforeCut.Headline, result.AfterCut.Headline);
        Assert.True(result.Gate!.Passed);
    }

    /// <summary>
    /// A layer norm takes its mean over what stays, so a cut of the width between the blocks does change outputs, even
    /// where what leaves is 0.
    /// </summary>
    [Fact]
    public void A_transformer_whose_norms_lose_channels_is_repaired_at_the_cut()
    {
        using var observer = new WholeObserver();
        using var result = Train(
            observer,
            new()
            {
                Epochs = 20,
                BatchSize = 16,
                LearningRate = 0.01,
                Optimizer = OptimizerKind.Adamw,
                WeightDecay = 0.01,
            },
            Transformer());

        Assert.Empty(observer.NotZero(result.Record!));
        Assert.NotNull(result.Gate!.Note);
        var (before, cut, repaired) = (result.BeforeCut!.Loss, result.AfterCut!.Loss, result.AfterRepair!.Loss);
        Assert.InRange(cut, 0.8 * before, 1.2 * before); // -3 to -15 %, with the kernels of five processors
        Assert.True(Math.Abs(repaired - before) < Math.Abs(cut - before) / 2, $"{before} {cut} {repaired}");
    }

    private static Graph Transformer()
    {
        var g = new GraphBuilder("transformer");
        var x = g.Conv2d("patches", g.Input("input", 1, 8, 8), 24, kernel: 2, stride: 2, bias: true);
        x = g.Transpose("tokens", g.Flatten("flat", x, 2, 3), 1, 2);
        for (var block = 0; block < 2; block++)
        {
            var y = g.MultiHeadAttention($"attention{block}", g.LayerNorm($"norm{block}.0", x, 1e-6), 2);
            x = g.Add($"sum{block}.0", x, y);
            y = g.Linear($"mlp{block}.0", g.LayerNorm($"norm{block}.1", x, 1e-6), 48);
            y = g.Linear($"mlp{block}.1", g.Activation($"gelu{block}", y, ActivationKind.Gelu), 24);
            x = g.Add($"sum{block}.1", x, y);
        }

        x = g.LayerNorm("norm", x, 1e-6);
        return g.Build(g.Linear("fc", g.Select("token", x, 1, 5), TinyTask.Classes));
    }

    private static TrainingResult Train(WholeObserver observer, TrainingOptions options, Graph? graph = null)
    {
        TorchRuntime.Threads = TestThreads.Count;
        using var trainer = new OneCycleTrainer(
            graph ?? TinyTask.Network(), TinyTask.Data,
            options with { Layout = LayoutChoice.Contiguous, EvaluationBatchSize = 16, Seed = 3 }, Auto)
        {
            Observer = observer,
        };
        return trainer.Run();
    }

    /// <summary>Keeps the network that is handed over right before the cut.</summary>
    private sealed class WholeObserver : ITrainingObserver, IDisposable
    {
        private CouplingGraph? _coupling;
        private ParameterTable _parameters = null!;

        public void ModelReady(ModelKind kind, Graph graph, ParameterTable parameters, PruningRecord? record)
        {
            if (kind == ModelKind.Whole)
            {
                (_coupling, _parameters) = (CouplingGraph.Build(graph), parameters.Clone(graph));
            }
        }

        /// <summary>Elements of counted slices that leave and are not 0.</summary>
        public IEnumerable<string> NotZero(PruningRecord record) =>
            from pair in (_coupling?.Groups ?? []).Zip(record.Groups)
            from member in pair.First.Members.Where(member => member.IsCounted)
            let values = _parameters[member.Parameter].ToArray<float>()
            let shape = _parameters[member.Parameter].Shape.ToArray()
            from channel in Enumerable.Range(0, pair.First.Channels).Except(pair.Second.Kept)
            from index in member.IndicesOf(channel).ToArray()
            from element in Enumerable.Range(0, values.Length)
            let inner = shape.Skip(member.Dimension + 1).Aggregate(1L, (product, size) => product * size)
            where element / inner % shape[member.Dimension] == index && values[element] != 0
            select $"{member.Parameter}[{element}] = {values[element]}";

        public void Dispose() => _parameters.Dispose();
    }
}

using Ocs.Graphs;
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

    private static TrainingResult Train(WholeObserver observer, TrainingOptions options)
    {
        TorchRuntime.Threads = TestThreads.Count;
        using var trainer = new OneCycleTrainer(
            TinyTask.Network(), TinyTask.Data,
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

using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Torch;

namespace Ocs.Training.Tests;

public sealed partial class OneCycleTrainerTests
{
    private static void AssertCut(TrainingResult result, RecordingObserver observer, OneCycleOptions pruning)
    {
        Assert.False(result.Stopped);
        Assert.True(result.Gate!.Passed, result.Gate.Problem);
        var record = result.Record!;
        Assert.Equal("tiny", record.OriginalModel);
        Assert.Equal((result.Original.Macs, result.Graph.Macs), (record.MacsBefore, record.MacsAfter));
        Assert.Equal(
            (result.Original.ParameterCount, result.Graph.ParameterCount),
            (record.ParametersBefore, record.ParametersAfter));
        Assert.Equal((pruning.Target, TinyTask.Options.Seed), (record.Target, record.Seed!.Value));
        if (pruning.Resource == Resource.Macs)
        {
            Assert.InRange(1 - (double)record.MacsAfter / record.MacsBefore, pruning.Target, pruning.Target + 0.1);
        }
        else
        {
            Assert.True(record.MacsAfter < 0.6 * record.MacsBefore);
        }

        foreach (var group in record.Groups)
        {
            Assert.InRange(group.Kept.Length, 1, group.Channels);
        }

        foreach (var spec in result.Graph.Parameters)
        {
            Assert.Equal(spec.Shape, result.Parameters[spec.Name].Shape.ToArray());
        }

        Assert.NotNull(result.BeforeCut?.Accuracy);
        Assert.NotNull(result.AfterCut?.Accuracy);
        Assert.NotEmpty(result.Layers);
        // The best is one of the pruned networks; the whole one is handed over right before the cut.
        Assert.All(observer.Models, model => Assert.Equal(model.Kind != ModelKind.Whole, model.IsPruned));
        Assert.Equal(
            result.Original.Macs,
            Assert.Single(observer.Models, model => model.Kind == ModelKind.Whole).Graph.Macs);
        Assert.Contains(observer.Models, model => model.Kind == ModelKind.Best);
        Assert.Equal(ModelKind.Last, observer.Models[^1].Kind);
        Assert.Contains(observer.Messages, message => message.Contains("the gate passed", StringComparison.Ordinal));
    }

    // Says that it keeps each channel's place, and does not.
    private sealed record Shifted : Operator
    {
        public override ImmutableArray<long> InferShape(NodeShapes shapes) => shapes.Inputs[0];

        public override Tensor Run(in RunContext context) => Aten.Roll(context.Input, [1], [1]);

        public override void Couple(ICoupling coupling)
        {
            for (var dimension = 0; dimension < coupling.Shapes.Output.Length; dimension++)
            {
                coupling.Tie(Axis.Input(0, dimension), Axis.Output(dimension));
            }
        }
    }
}

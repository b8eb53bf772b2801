using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Tests.Checkpoints;

/// <summary>A cut network that is handed on brings everything along that its training depends on.</summary>
[NoTensorLeaks]
public sealed class HandedOnTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(OptimizerKind.Sgd)]
    [InlineData(OptimizerKind.Adamw)]
    public void A_later_run_goes_on_as_the_one_whose_network_it_has(OptimizerKind optimizer)
    {
        // Without shrinkage the later run trains the same network in the same way, until its own cut at the end.
        var options = TinyTask.Options with
        {
            Epochs = 8,
            EmaDecay = 0.9,
            Padding = PaddingChoice.Never,
            Optimizer = optimizer,
            LearningRate = optimizer == OptimizerKind.Sgd ? 0.05 : 0.005,
        };
        var plan = (OneCycleOptions.Auto with
        {
            Target = 0.3,
            RoundTo = 1,
            SparsityStartEpoch = 2,
            LatestCutEpoch = 4,
        }).For(options.Epochs);
        var cut = plan.LatestCutEpoch!.Value;
        TorchRuntime.Threads = TestThreads.Count;
        var file = _folder.PathOf("handed-on");
        using var first = new RecordingObserver();
        using var later = new RecordingObserver();
        using (var trainer = new OneCycleTrainer(WithDropout(), TinyTask.Data, options, plan) { Observer = first })
        {
            trainer.HandOn = checkpoint =>
            {
                using var stream = File.Create(file);
                checkpoint.Write(stream, new("", RunKind.Train, null, "", new(0, "", 0)));
            };
            trainer.Run().Dispose();
        }

        var (handedOn, _) = Checkpoint.Read(file);
        var last = plan with
        {
            Target = 0.5,
            Shrinkage = false,
            SparsityStartEpoch = options.Epochs - 1,
            LatestCutEpoch = options.Epochs - 1,
        };
        using (var trainer = OneCycleTrainer.Resume(handedOn, TinyTask.Data, options, last))
        {
            trainer.Observer = later;
            trainer.Run().Dispose();
        }

        Assert.Equal(Enumerable.Range(cut, options.Epochs - cut), later.Records.Select(record => record.Epoch));
        foreach (var (one, other) in first.Records.Skip(cut).Zip(later.Records).SkipLast(1))
        {
            Assert.Equal(
                (one.TrainLoss, one.ValLoss, one.Lr, one.Macs), (other.TrainLoss, other.ValLoss, other.Lr, other.Macs));
        }

        Assert.True(later.Records[^1].Macs < first.Records[^1].Macs);
    }

    // Dropout draws from the generator that is handed on.
    private static Graph WithDropout()
    {
        var g = new GraphBuilder("dropped");
        var x = g.Input("input", 1, 8, 8);
        x = g.Relu("relu1", g.BatchNorm2d("bn1", g.Conv2d("conv1", x, 12, kernel: 3, padding: 1)));
        x = g.Relu("relu2", g.BatchNorm2d("bn2", g.Conv2d("conv2", x, 16, kernel: 3, padding: 1)));
        x = g.Flatten("flatten", g.AveragePool2d("pool", x, 2));
        return g.Build(g.Linear("fc", g.Dropout("dropout", x, 0.2), TinyTask.Classes));
    }
}

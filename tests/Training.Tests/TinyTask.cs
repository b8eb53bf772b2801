using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training.Schedules;

namespace Ocs.Training.Tests;

/// <summary>A task that takes a second: which of three rows of an 8x8 image is bright.</summary>
internal static class TinyTask
{
    public const int Classes = 3;
    public const int BatchSize = 16;
    public const int StepsPerEpoch = 3;
    private const int Size = 8;

    public static ImageDataset Train { get; } = Images(BatchSize * StepsPerEpoch, seed: 1);

    public static ImageDataset Test { get; } = Images(30, seed: 2);

    public static TrainingData Data { get; } = new(Train, Test);

    public static Classification Task { get; } = new(Train.ClassNames);

    public static TrainingOptions Options { get; } = new()
    {
        Epochs = 5,
        BatchSize = BatchSize,
        LearningRate = 0.05,
        Schedule = ScheduleKind.Constant,
        Layout = LayoutChoice.Contiguous,
        EvaluationBatchSize = 16,
        Seed = 3,
    };

    /// <summary>Train in epoch 0, sparsity in 1 and 2, cut before 3.</summary>
    public static OneCycleOptions Pruning { get; } =
        OneCycleOptions.Paper with { SparsityStartEpoch = 1, LatestCutEpoch = 3 };

    public static OneCycleTrainer Trainer(
        OneCycleOptions? pruning, RecordingObserver observer, TrainingOptions? options = null,
        TrainingData? data = null, Graph? graph = null, TrainerSetup? setup = null)
    {
        // So small a network gains nothing from more, and the same sums come out on any number of cores.
        TorchRuntime.Threads = TestThreads.Count;
        return new(graph ?? Network(), data ?? Data, options ?? Options, pruning, setup) { Observer = observer };
    }

    /// <summary>A residual network of two convolutions.</summary>
    public static Graph Network(int channels = 1, int classes = Classes)
    {
        var g = new GraphBuilder("tiny");
        var x = g.Input("input", channels, Size, Size);
        x = g.Relu("relu1", g.BatchNorm2d("bn1", g.Conv2d("conv1", x, 12, kernel: 3, padding: 1)));
        var y = g.Relu("relu2", g.BatchNorm2d("bn2", g.Conv2d("conv2", x, 16, kernel: 3, padding: 1)));
        y = g.BatchNorm2d("bn3", g.Conv2d("conv3", y, 12, kernel: 3, padding: 1));
        x = g.Relu("relu3", g.Add("add", x, y));
        x = g.Flatten("flatten", g.AveragePool2d("pool", x, 2));
        return g.Build(g.Linear("fc", x, classes));
    }

    private static ImageDataset Images(int count, ulong seed)
    {
        var rng = new Rng(seed);
        var pixels = new byte[count * Size * Size];
        var labels = ImmutableArray.CreateBuilder<int>(count);
        for (var image = 0; image < count; image++)
        {
            var label = image % Classes;
            labels.Add(label);
            for (var pixel = 0; pixel < Size * Size; pixel++)
            {
                var isBright = pixel / Size == 2 * label + 1;
                pixels[image * Size * Size + pixel] = (byte)((isBright ? 120 : 0) + rng.Next(130));
            }
        }

        return new(
            "rows", pixels, labels.ToImmutable(), 1, Size, Size, ["top", "middle", "bottom"], new([0.3f], [0.2f]));
    }
}

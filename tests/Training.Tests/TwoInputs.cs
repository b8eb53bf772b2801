using Ocs.Data;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training.Optimizers;
using Ocs.Training.Schedules;

namespace Ocs.Training.Tests;

/// <summary>
/// A regression of two inputs that takes a second: the brightness of an image plus the first value of a vector.
/// </summary>
internal static class TwoInputs
{
    public const int StepsPerEpoch = 4;

    public static TrainingOptions Options { get; } = new()
    {
        Epochs = 5,
        BatchSize = 16,
        Optimizer = OptimizerKind.Adamw,
        LearningRate = 0.02,
        DecayNormsAndBiases = false,
        EmaDecay = 0.8,
        Schedule = ScheduleKind.Constant,
        Layout = LayoutChoice.ChannelsLast,
        Padding = PaddingChoice.Always,
        EvaluationBatchSize = 24,
        Seed = 3,
    };

    public static OneCycleOptions Pruning { get; } = TinyTask.Pruning;

    public static Graph Network()
    {
        var g = new GraphBuilder("pair");
        var (image, vector) = (g.Input("image", 1, 8, 8), g.Input("vector", 4));
        var x = g.Relu("relu1", g.BatchNorm2d("bn1", g.Conv2d("conv1", image, 12, kernel: 3, padding: 1)));
        x = g.Relu("relu2", g.BatchNorm2d("bn2", g.Conv2d("conv2", x, 20, kernel: 3, padding: 1)));
        x = g.Flatten("flatten", g.AdaptiveAveragePool2d("pool", x, 1));
        return g.Build(g.Linear("out", g.Concat("cat", 1, x, g.Relu("relu3", g.Linear("embed", vector, 24))), 1));
    }

    public static TensorDataset Samples(int count, ulong seed)
    {
        using var generator = new Generator(seed);
        var images = Tensor.Empty([count, 1, 8, 8]);
        var vectors = Tensor.Empty([count, 4]);
        using var light = Tensor.Empty([count, 1, 1, 1]);
        Aten.NormalInPlace(images, 0, 0.1, generator);
        Aten.NormalInPlace(vectors, 0, 1, generator);
        Aten.NormalInPlace(light, 1, 0.5, generator);
        Aten.AddInPlace(images, light);
        using var bright = Aten.Reshape(light, [count, 1]);
        using var first = Aten.Narrow(vectors, 1, 0, 1);
        return new("pairs", [images, vectors], [Aten.Add(bright, first)]);
    }

    /// <summary>The data with their task; the caller disposes both sets.</summary>
    public static TrainingData Data(TensorDataset train, TensorDataset test) =>
        new(train, test) { Task = new Regression() };
}

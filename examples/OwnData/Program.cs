using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Training.Optimizers;
using Ocs.Training.Schedules;

// Two inputs and two outputs: the position of a spot in an image after a shift by an offset, and its brightness.
var g = new GraphBuilder("spot");
var (image, offset) = (g.Input("image", 1, 12, 12), g.Input("offset", 2));
var x = g.Relu("relu1", g.BatchNorm2d("bn1", g.Conv2d("conv1", image, 16, kernel: 3, stride: 2, padding: 1)));
x = g.Flatten("flat", g.Relu("relu2", g.BatchNorm2d("bn2", g.Conv2d("conv2", x, 32, kernel: 3, padding: 1))));
x = g.Relu("relu3", g.Linear("hidden", x, 64));
var graph = g.Build(g.Linear("position", g.Concat("cat", 1, x, offset), 2), g.Linear("light", x, 1));

// The loss is any function of the outputs and the batch; the first metric selects the best network.
static Tensor Error(Tensor output, Tensor target)
{
    using var difference = Aten.Sub(output, target);
    using var squares = Aten.Square(difference);
    return Aten.Mean(squares);
}

static Tensor Loss(IReadOnlyList<Tensor> outputs, Batch batch)
{
    using var position = Error(outputs[0], batch.Targets[0]);
    using var light = Error(outputs[1], batch.Targets[1]);
    return Aten.Add(position, light, 0.1);
}

var task = new CustomTask("spots", Loss).Measure(new("position-error", HigherIsBetter: false), (outputs, batch) =>
{
    using var mean = Error(outputs[0], batch.Targets[0]);
    return Aten.Mul(mean, batch.Count);
});

var training = new TrainingOptions
{
    Epochs = 10,
    BatchSize = 32,
    Optimizer = OptimizerKind.Adamw,
    LearningRate = 0.003,
    Schedule = ScheduleKind.Cosine,
    EmaDecay = 0.98,
};
var data = new TrainingData(new Spots(2048, 1), new Spots(256, 2)) { Task = task };
var pruning = OneCycleOptions.Auto with { Target = 0.5 };
using var trainer = new OneCycleTrainer(graph, data, training, pruning);
using var result = trainer.Run();
result.Network.Save("spots.onnx");
var error = result.Evaluation!["position-error"];
Console.WriteLine(
    $"{graph.Macs:N0} -> {result.Network.Macs:N0} MACs, position error {error:0.0000}, "
    + $"gate passed: {result.Gate?.Passed}");

// Samples are created on demand, by several threads.
internal sealed class Spots(int count, int part) : SampleDataset
{
    public override string Name => "spots";

    public override int Count => count;

    public override ImmutableArray<ImmutableArray<long>> InputShapes => [[1, 12, 12], [2]];

    public override Sample Get(int index, ulong? seed)
    {
        var number = (part * 10_007) + index;
        var (row, column, light) = (1 + (number * 7 % 10), 1 + (number / 10 * 3 % 10), 0.5f + Share(number, 0.7548777));
        var (down, right) = (Share(number, 0.6180340) - 0.5f, Share(number, 0.5698403) - 0.5f);
        var pixels = new float[144];
        for (var pixel = 0; pixel < 9; pixel++)
        {
            pixels[((row - 1 + (pixel / 3)) * 12) + column - 1 + (pixel % 3)] = light;
        }

        return new(
            [Tensor.FromArray(pixels, [1, 12, 12]), Tensor.FromArray([down, right], [2])],
            [Tensor.FromArray([(row / 12f) + down, (column / 12f) + right], [2]), Tensor.FromArray([light], [1])]);
    }

    // Pseudo-random numbers between 0 and 1.
    private static float Share(int number, double step) => (float)(number * step % 1);
}

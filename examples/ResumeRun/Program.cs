using Ocs.Data;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Training.Optimizers;

// Two inputs, one number to predict. AdamW without decay of norms and biases; evaluation uses the moving average of the
// weights.
var g = new GraphBuilder("pair");
var (left, right) = (g.Input("left", 1, 8, 8), g.Input("right", 8));
var x = g.Relu("relu1", g.BatchNorm2d("bn1", g.Conv2d("conv1", left, 12, kernel: 3, padding: 1)));
x = g.Relu("relu2", g.BatchNorm2d("bn2", g.Conv2d("conv2", x, 20, kernel: 3, padding: 1)));
x = g.Flatten("flat", g.AdaptiveAveragePool2d("pool", x, 1));
var y = g.Relu("relu3", g.Linear("embed", right, 24));
var graph = g.Build(g.Linear("out", g.Concat("cat", 1, x, y), 1));

var training = new TrainingOptions
{
    Epochs = 6,
    BatchSize = 16,
    Optimizer = OptimizerKind.Adamw,
    LearningRate = 0.005,
    WeightDecay = 0.01,
    DecayNormsAndBiases = false,
    EmaDecay = 0.95,
    Layout = LayoutChoice.ChannelsLast,
    Padding = PaddingChoice.Always,
    CheckpointMinutes = args.Contains("often") ? 1e-9 : 10,
};
var pruning = OneCycleOptions.Auto with { Target = 0.5 };
using var train = Pairs(512, seed: 1);
using var test = Pairs(128, seed: 2);
var data = new TrainingData(train, test) { Task = new Regression() };

// A stopped or killed run resumes from its newest checkpoint. Ctrl-C stops it after the current step.
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) => (key.Cancel, _) = (true, stop.CancelAsync());
using var run = TrainingRun.CanResume("run")
    ? TrainingRun.Resume("run", data, training, pruning, observer: new Progress())
    : TrainingRun.Begin("run", graph, data, training, pruning, observer: new Progress(), replace: true);
using var result = run.Execute(cancellationToken: stop.Token);
Console.WriteLine(
    $"{graph.Macs:N0} -> {result.Network.Macs:N0} MACs, R2 {result.Evaluation?["r2"]:0.000}, "
    + $"gate passed: {result.Gate?.Passed}, stopped: {result.Stopped}");

// The number is the brightness of the image times the first value of the vector, plus the second.
static TensorDataset Pairs(int count, ulong seed)
{
    using var generator = new Generator(seed);
    var images = Tensor.Empty([count, 1, 8, 8]);
    var vectors = Tensor.Empty([count, 8]);
    using var light = Tensor.Empty([count, 1, 1, 1]);
    Aten.NormalInPlace(images, 0, 0.1, generator);
    Aten.NormalInPlace(vectors, 0, 1, generator);
    Aten.NormalInPlace(light, 1, 0.5, generator);
    Aten.AddInPlace(images, light);
    using var bright = Aten.Reshape(light, [count, 1]);
    using var first = Aten.Narrow(vectors, 1, 0, 1);
    using var second = Aten.Narrow(vectors, 1, 1, 1);
    using var product = Aten.Mul(bright, first);
    return new("pairs", [images, vectors], [Aten.Add(product, second)]);
}

// One line per epoch.
internal sealed class Progress : ITrainingObserver
{
    public void EpochDone(RunRecord record) =>
        Console.WriteLine($"epoch {record.Epoch}: {record.Macs:N0} MACs, R2 {record.ValMetrics!["r2"]:0.000}");

    public void Message(string sentence) => Console.WriteLine(sentence);
}

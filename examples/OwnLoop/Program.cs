using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Training.Optimizers;

const int Epochs = 8;
const double Rate = 0.01;

// The distance of an object in a picture. The camera's pose [6] is a second input.
var g = new GraphBuilder("depth");
var (rgb, pose) = (g.Input("rgb", 3, 16, 16), g.Input("pose", 6));
var x = g.Relu("relu1", g.BatchNorm2d("bn1", g.Conv2d("conv1", rgb, 32, kernel: 3, padding: 1)));
x = g.Flatten("flat", g.AdaptiveAveragePool2d("pool", x, 1));
var graph = g.Build(g.Linear("out", g.Concat("cat", 1, x, pose), 1));

// The cycle owns the network. It ranks the channels and removes 45 % of the multiplications. The gate checks the cut on
// the probe.
using var cycle = new OneCycle(
    Network.Initialize(graph), new() { Target = 0.45, SparsityStartEpoch = 1, LatestCutEpoch = 3 }, Epochs);
using var optimizer = new AdamW(new TrainingOptions { Optimizer = OptimizerKind.Adamw });
using var data = Pictures(512);
using var batches = data.Open(new() { BatchSize = 32, Shuffle = true });
var (task, probe) = (new Regression(), batches.Epoch(0).First().Inputs.ToArray());
for (var epoch = 0; epoch < Epochs; epoch++)
{
    cycle.BeginEpoch(epoch, probe, optimizer);
    var sum = 0.0;
    foreach (var batch in batches.Epoch(epoch))
    {
        using var output = cycle.Network.Forward([.. batch.Inputs], training: true);
        using var loss = task.Loss([output], batch);
        Autograd.Backward(loss);
        cycle.AfterBackward();
        optimizer.Step(cycle.Network.Parameters, Rate);
        cycle.AfterStep(Rate);
        sum += loss.Item<double>();
        batch.Dispose();
    }

    Console.WriteLine($"epoch {epoch}: {cycle.Network.Macs:N0} MACs, loss {sum / batches.BatchesPerEpoch:0.0000}");
}

cycle.Network.Save("depth.onnx");

// The brighter the picture, the nearer; the pose shifts it.
static TensorDataset Pictures(int count)
{
    var pictures = Tensor.Empty([count, 3, 16, 16]);
    var poses = Tensor.Empty([count, 6]);
    using var light = Tensor.Empty([count, 1, 1, 1]);
    Aten.NormalInPlace(pictures, 0, 0.1);
    Aten.NormalInPlace(poses, 0, 1);
    Aten.NormalInPlace(light, 1, 0.5);
    Aten.AddInPlace(pictures, light);
    using var rows = Aten.Reshape(light, [count, 1]);
    using var first = Aten.Narrow(poses, 1, 0, 1);
    return new("pictures", [pictures, poses], [Aten.Add(rows, first)]);
}

using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Torch;

const int Size = 16;
const int Images = 32;
const int Steps = 60;
const int Epochs = 8;
const double Rate = 0.05;

// The network: where in an image is the bright spot?
var builder = new GraphBuilder("spot");
var x = builder.Input("image", 1, Size, Size);
x = builder.Relu("relu1", builder.BatchNorm2d("norm1", builder.Conv2d("conv1", x, 16, kernel: 3, stride: 2, padding: 1)));
x = builder.Relu("relu2", builder.BatchNorm2d("norm2", builder.Conv2d("conv2", x, 32, kernel: 3, stride: 2, padding: 1)));
var graph = builder.Build(builder.Linear("position", builder.Flatten("flat", x), 2));

// The cycle owns the network. It ranks the channels, and cuts half of the multiplications away; the cut is proven on one batch.
using var cycle = new OneCycle(
    Network.Initialize(graph, seed: 0), new OneCycleOptions { Target = 0.5, SparsityStartEpoch = 1, LatestCutEpoch = 3 }, Epochs);
for (var epoch = 0; epoch < Epochs; epoch++)
{
    var probe = Batch(step: 0);
    cycle.BeginEpoch(epoch, [probe.Images]);
    probe.Images.Dispose();
    probe.Positions.Dispose();
    var loss = 0f;
    for (var step = 0; step < Steps; step++)
    {
        loss = Learn(step);
    }

    Console.WriteLine($"epoch {epoch}: {cycle.Network.Macs:N0} MACs, loss {loss:0.0000}");
}

cycle.Network.Save("spot.onnx");

// The data: images [N, 1, 16, 16] with a spot of 3x3 pixels, and its place [N, 2], both between 0 and 1.
static (Tensor Images, Tensor Positions) Batch(int step)
{
    var pixels = new float[Images * Size * Size];
    var positions = new float[Images * 2];
    for (var image = 0; image < Images; image++)
    {
        var number = (step * Images) + image;
        var (row, column) = (1 + (number * 5 % 14), 1 + (number * 3 % 13));
        (positions[image * 2], positions[(image * 2) + 1]) = (row / (float)Size, column / (float)Size);
        for (var pixel = 0; pixel < 9; pixel++)
        {
            pixels[(((image * Size) + row - 1 + (pixel / 3)) * Size) + column - 1 + (pixel % 3)] = 1;
        }
    }

    return (Tensor.FromArray(pixels, [Images, 1, Size, Size]), Tensor.FromArray(positions, [Images, 2]));
}

// A step: mean squared error, plain gradient descent, and a call after backward and after the step.
float Learn(int step)
{
    var (images, positions) = Batch(step);
    using var _ = images;
    using var __ = positions;
    using var output = cycle.Network.Forward(images, training: true);
    using var difference = Aten.Sub(output, positions);
    using var squares = Aten.Square(difference);
    using var loss = Aten.Mean(squares);
    Autograd.Backward(loss);
    cycle.AfterBackward();
    using (Autograd.NoGrad())
    {
        foreach (var name in cycle.Network.Parameters.Trainable)
        {
            using var gradient = cycle.Network.Parameters[name].GetGradient()!;
            Aten.AddInPlace(cycle.Network.Parameters[name], gradient, -Rate);
        }
    }

    cycle.Network.Parameters.ClearGradients();
    cycle.AfterStep(Rate);
    return loss.Item<float>();
}

using Ocs.CustomOperator;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.Pruning;
using Ocs.Torch;
using Ocs.Training;

OperatorCatalog.Register<TrainedMish>("example.TrainedMish");
var builder = new GraphBuilder("corners");
var x = builder.Conv2d("conv1", builder.Input("image", 1, 12, 12), 16, kernel: 3, stride: 2, padding: 1);
var slope = new ParameterSpec("mish.slope", [16], ParameterRole.Bias, Initialization.Constant(1));
x = builder.Add("mish", new TrainedMish(), [x], [slope]);
x = builder.Relu("relu2", builder.BatchNorm2d("norm2", builder.Conv2d("conv2", x, 16, kernel: 3, padding: 1)));
var network = builder.Build(builder.Linear("classes", builder.Flatten("flat", x), 4));

// Noise with a bright square in one corner, which is the class.
static ImageDataset Images(int count, uint seed)
{
    var noise = Enumerable.Range(0, count * 144).Select(i => (byte)(unchecked((seed + (uint)i) * 2_654_435_761) >> 25));
    byte[] pixels = [.. noise];
    for (var i = 0; i < count * 16; i++)
    {
        var (image, row, column) = (i / 16, (i / 4 % 4) + (i / 32 % 2 * 8), (i % 4) + (i / 16 % 2 * 8));
        pixels[(image * 144) + (row * 12) + column] = 255;
    }

    var labels = Enumerable.Range(0, count).Select(image => image % 4);
    return new("corners", pixels, [.. labels], 1, 12, 12, ["nw", "ne", "sw", "se"], new([0.5f], [0.3f]));
}

// Half of the MACs are removed before epoch 2 at the latest; the gate proves the cut.
var options = new TrainingOptions { Epochs = 4, BatchSize = 32, LearningRate = 0.02 };
var pruning = OneCycleOptions.Auto with { Target = 0.5 };
var data = new TrainingData(Images(1024, seed: 1), Images(256, seed: 1_000_003), AugmentationOptions.Evaluation);
using var trainer = new OneCycleTrainer(network, data, options, pruning);
using var result = trainer.Run();
result.Network.Save("corners.ocs");
using var model = Network.Load("corners.ocs");
model.Save("corners.onnx");

// ONNX Runtime computes the same from the file.
using var image = Tensor.Ones([1, 1, 12, 12]);
using var here = model.Forward(image);
using var session = InferenceSession.Open("corners.onnx");
var there = session.Run(TensorData.Of(image.ToArray<float>(), 1, 1, 12, 12))[0].As<float>();
var difference = here.ToArray<float>().Zip(there, (a, b) => Math.Abs(a - b)).Max();
Console.WriteLine(
    $"{network.Macs:N0} -> {model.Macs:N0} MACs, accuracy {result.ValidationAccuracy:P1}, "
    + $"gate passed: {result.Gate?.Passed}");
Console.WriteLine($"{model.Graph.Parameter("mish.slope").Shape[0]} of 16 slopes, difference {difference:0.0e+00}");

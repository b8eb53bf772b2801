using System.Text.Json;
using System.Text.Json.Nodes;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Training.Optimizers;

namespace Ocs.Parity.Tests;

/// <summary>
/// Ten training steps of a CIFAR ResNet-20 against PyTorch's numbers. Distances are measured in root mean squares of
/// the tensor. float32 itself costs 4e-6 in a gradient and 1e-6 in a value (`rounding` in the file), after the first
/// step and after the tenth. The tolerances leave room for another order of summation (layout, threads, our own
/// convolution), after ten steps for its growth.
/// </summary>
[NoTensorLeaks]
public sealed class StepTests : IDisposable
{
    private const double Gradient = 5e-5;
    private const double FirstValue = 1e-5;
    private const double FirstLoss = 1e-6;
    private const double AnyLoss = 1e-4;
    private const double LastValue = 1e-3;

    // Another libtorch than the one that made the numbers rounds differently, and these steps are so long that it grows
    // fast.
    private static readonly int Comparable = TorchRuntime.Version.StartsWith("1.13", StringComparison.Ordinal) ? 10 : 4;

    private readonly int _threads = TorchRuntime.Threads;
    private readonly OwnKernels _own = TorchRuntime.OwnKernels;

    // As the generator; and so small a network gains nothing from more.
    public StepTests() => TorchRuntime.Threads = 1;

    public void Dispose() => (TorchRuntime.Threads, TorchRuntime.OwnKernels) = (_threads, _own);

    [Theory]
    [InlineData("plain", MemoryFormat.Contiguous, OwnKernels.None)]
    [InlineData("plain", MemoryFormat.Contiguous, OwnKernels.Avx2)]
    [InlineData("plain", MemoryFormat.Contiguous, OwnKernels.Avx512)]
    [InlineData("momentum", MemoryFormat.Contiguous, OwnKernels.None)]
    [InlineData("nesterov_decay", MemoryFormat.Contiguous, OwnKernels.None)]
    [InlineData("nesterov_decay", MemoryFormat.Contiguous, OwnKernels.Avx2)]
    [InlineData("nesterov_decay", MemoryFormat.Contiguous, OwnKernels.Avx512)]
    [InlineData("nesterov_decay", MemoryFormat.ChannelsLast, OwnKernels.None)]
    [InlineData("smoothing", MemoryFormat.Contiguous, OwnKernels.None)]
    public void Ten_steps_are_PyTorchs(string name, MemoryFormat format, OwnKernels own)
    {
        TorchRuntime.OwnKernels = own;
        var expected = StepData.Load()["cases"]![name]!;
        var options = Options(expected["options"]!);
        var graph = StepData.Network();
        using var parameters = StepData.Parameters(graph);
        using var optimizer = new Sgd(options);
        var executor = new Executor(graph, parameters, format);
        var losses = expected["losses"]!.Deserialize<double[]>()!;
        for (var step = 0; step < Math.Min(losses.Length, Comparable); step++)
        {
            using var images = StepData.Images(step);
            using var labels = StepData.Labels(step);
            using var logits = executor.Forward(images, training: true);
            using var loss = Aten.CrossEntropy(logits, labels, options.LabelSmoothing);
            Autograd.Backward(loss);
            AssertNear(
                losses[step], loss.Item<double>(), losses[step] * (step == 0 ? FirstLoss : AnyLoss),
                $"loss of step {step}");
            if (step == 0)
            {
                AssertGradients(expected["gradients"]!, parameters);
            }

            optimizer.Step(parameters, options.LearningRate);
            if (expected["after"]![$"{step + 1}"] is { } after)
            {
                AssertTensors(after["values"]!, name => parameters[name], step == 0 ? FirstValue : LastValue);
                Assert.Equal(after["momentum"]!.AsObject().Count, optimizer.Momentum.Count);
                AssertTensors(after["momentum"]!, name => optimizer.Momentum[name], step == 0 ? Gradient : LastValue);
            }
        }
    }

    private static TrainingOptions Options(JsonNode options) => new()
    {
        LearningRate = (double)options["rate"]!,
        Momentum = (double)options["momentum"]!,
        Nesterov = (bool)options["nesterov"]!,
        WeightDecay = (double)options["weight_decay"]!,
        LabelSmoothing = (double)options["label_smoothing"]!,
    };

    private static void AssertGradients(JsonNode expected, ParameterTable parameters)
    {
        foreach (var name in parameters.Trainable)
        {
            using var gradient = parameters[name].GetGradient()!;
            AssertTensor(expected[name]!, gradient, name, Gradient);
        }
    }

    private static void AssertTensors(JsonNode expected, Func<string, Tensor> ours, double tolerance)
    {
        foreach (var (name, numbers) in expected.AsObject())
        {
            AssertTensor(numbers!, ours(name), name, tolerance);
        }
    }

    // [norm, first values], or the one number of a counter.
    private static void AssertTensor(JsonNode expected, Tensor actual, string name, double tolerance)
    {
        var numbers = expected.Deserialize<double[]>()!;
        if (actual.DType == DType.Int64)
        {
            Assert.Equal(numbers[0], actual.Item<double>());
            return;
        }

        var values = actual.ToArray<float>();
        AssertNear(
            numbers[0], Math.Sqrt(values.Sum(value => (double)value * value)), numbers[0] * tolerance,
            $"norm of {name}");
        var rootMeanSquare = numbers[0] / Math.Sqrt(values.Length);
        for (var i = 1; i < numbers.Length; i++)
        {
            AssertNear(numbers[i], values[i - 1], rootMeanSquare * tolerance, $"{name}[{i - 1}]");
        }
    }

    private static void AssertNear(double expected, double actual, double tolerance, string what) =>
        Assert.True(
            Math.Abs(expected - actual) <= tolerance,
            $"{what} is {actual}, PyTorch's is {expected}, allowed is {tolerance:G2}");
}

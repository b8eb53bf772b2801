using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Training.Tests;

/// <summary>
/// A cut leaves layers of any number of channels, and a machine has any number of cores: the first step after the cut
/// has the gradients of one thread over contiguous planes. `bench/run.sh gradients` tries more of both.
/// </summary>
[NoTensorLeaks]
public sealed class ThreadsTests : IDisposable
{
    private const double Tolerance = 1e-4;

    // A gradient that is zero but for rounding is measured by the largest of the network.
    private const double Least = 1e-2;

    private readonly int _threads = TorchRuntime.Threads;

    public void Dispose() => TorchRuntime.Threads = _threads;

    [Theory]
    [InlineData("cifar_resnet8", 100, 3, 6, 8, 12, 16)]
    [InlineData("cifar_resnet8", 25, 2, 3, 6, 8, 16)]
    [InlineData("cifar_resnet20", 35, 3, 6, 16)]
    [InlineData("cifar_mobilenet_v2", 7, 3, 6)]
    public void A_cut_networks_first_gradients_are_those_of_one_thread(string name, int batch, params int[] threads)
    {
        var graph = CutToHalf(name);
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        using var generator = new Generator(1);
        using var images = Tensor.Empty([batch, 3, 32, 32]);
        Aten.NormalInPlace(images, 0, 1, generator);
        using var labels = Tensor.FromArray<long>([.. Enumerable.Range(0, batch).Select(n => n * 7L % 10)], [batch]);
        var expected = Gradients(graph, parameters, images, labels, 1, MemoryFormat.Contiguous);
        var largest = expected.Values.Max(gradient => gradient.Max(Math.Abs));

        foreach (var count in threads)
        {
            foreach (var format in new[] { MemoryFormat.Contiguous, MemoryFormat.ChannelsLast })
            {
                var actual = Gradients(graph, parameters, images, labels, count, format);
                foreach (var (weight, gradient) in expected)
                {
                    var distance = gradient.Zip(actual[weight]).Max(pair => Math.Abs(pair.First - pair.Second));
                    var scale = Math.Max(gradient.Max(Math.Abs), Least * largest);
                    Assert.True(
                        distance <= Tolerance * scale, $"{weight}, {count} threads, {format}: {distance} of {scale}");
                }
            }
        }
    }

    // Layers with fewer channels than a vector has lanes, before a convolution of 1x1 with a stride of 2, are what made
    // libtorch's own fail.
    [Fact]
    public void The_cut_leaves_the_layers_that_matter()
    {
        var graph = CutToHalf("cifar_resnet8");
        var shortcut = graph.Parameter("layer2.0.downsample.0.weight").Shape;
        Assert.InRange(shortcut[1], 1, 15);
        Assert.Equal((1, 1), (shortcut[2], shortcut[3]));
    }

    // With SiLU for ReLU: at a kink the last bit of a sum decides whether a pixel counts, and a gradient of few pixels
    // moves by thousandths.
    private static Graph CutToHalf(string name)
    {
        var graph = Models.Build(name);
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        var search = new SubnetworkSearch(graph, OneCycleOptions.Paper with { Target = 0.5, RoundTo = 1 });
        var cut = CutPlan.Create(search.Coupling, search.Find(parameters).Subnetwork).After;
        return cut with
        {
            Nodes =
            [
                .. cut.Nodes.Select(node => node.Operator is Activation
                    ? node with { Operator = new Activation(ActivationKind.Silu) }
                    : node),
            ],
        };
    }

    private static Dictionary<string, float[]> Gradients(
        Graph graph, ParameterTable parameters, Tensor images, Tensor labels, int threads, MemoryFormat format)
    {
        TorchRuntime.Threads = threads;
        using var copies = parameters.Clone(graph);
        var executor = new Executor(graph, copies, format);
        using var logits = executor.Forward(images, training: true);
        using var loss = Aten.CrossEntropy(logits, labels);
        Autograd.Backward(loss);
        return copies.Trainable.ToDictionary(
            weight => weight,
            weight =>
            {
                using var gradient = copies[weight].GetGradient()!;
                return gradient.ToArray<float>();
            },
            StringComparer.Ordinal);
    }
}

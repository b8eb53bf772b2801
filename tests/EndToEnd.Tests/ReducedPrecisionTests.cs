using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Training.Optimizers;
using Ocs.Zoo;

namespace Ocs.EndToEnd.Tests;

/// <summary>
/// Every network of the zoo is trained in bfloat16, and loses what it loses in float32. Those with more than 32 million
/// parameters have half of every width, which leaves their operators as they are.
/// </summary>
[NoTensorLeaks]
public sealed class ReducedPrecisionTests
{
    private const int Classes = 10;
    private const int Batch = 4;
    private const int Steps = 2;

    public static TheoryData<string> Names => [.. Models.All.Select(model => model.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Two_steps_in_bf16_are_taken_and_lose_what_they_lose_in_fp32(string name)
    {
        var model = Models.Find(name);
        var input = SmallImages.Of(model);
        var graph = PrunabilityTests.Narrowed(Models.Build(name, input, Classes));

        var reduced = Losses(graph, input, DType.BFloat16);
        Assert.All(reduced, loss => Assert.True(double.IsFinite(loss)));

        // Batch norms over so few values of small images make any rounding large, so theirs cannot be compared.
        if (graph.Nodes.All(node => node.Operator is not BatchNorm2d))
        {
            var full = Losses(graph, input, autocast: null);

            // The loss of detectors is a mean of squares here, which doubles what rounding comes to.
            var share = model.Task == ModelTask.Detection ? 0.05 : 0.02;
            Assert.All(full.Zip(reduced), pair => Assert.Equal(pair.First, pair.Second, share * pair.First));
            Assert.NotEqual(full, reduced);
        }
    }

    private static List<double> Losses(Graph graph, NetworkInput input, DType? autocast)
    {
        // Dropout would draw other values.
        graph = graph with
        {
            Nodes = [.. graph.Nodes.Select(node => node.Operator.DrawsRandomNumbers
                ? node with { Operator = new Dropout(0) }
                : node)],
        };
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        using var optimizer = new Sgd(new TrainingOptions());
        using var samples = PrunabilityTests.Samples(input, Batch);
        var losses = new List<double>();
        for (var step = 0; step < Steps; step++)
        {
            using (var loss = Loss(graph, parameters, samples, autocast))
            {
                losses.Add(loss.Item<double>());
                Autograd.Backward(loss);
            }

            optimizer.Step(parameters, 1e-3);
        }

        return losses;
    }

    private static Tensor Loss(Graph graph, ParameterTable parameters, Tensor samples, DType? autocast)
    {
        using var _ = Autocast.To(autocast, DeviceKind.Cpu);
        return PrunabilityTests.Loss(new Executor(graph, parameters).ForwardAll([samples], training: true));
    }
}

using Ocs.Graphs;
using Ocs.Pruning.Surgery;
using Ocs.Torch;
using Ocs.Training.Metrics;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Tests.Optimizers;

[NoTensorLeaks]
[OneThread]
public sealed class WeightEmaTests
{
    [Fact]
    public void Weights_and_running_statistics_are_averaged_and_counters_copied()
    {
        var graph = TinyTask.Network();
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        var expected = Numbers(parameters);
        using var average = new WeightEma(graph, parameters, 0.75);
        foreach (var value in new[] { 3.0, -1.0 })
        {
            using var _ = Autograd.NoGrad();
            foreach (var name in parameters.Names)
            {
                Aten.FillInPlace(parameters[name], value);
                var isCounter = parameters.RoleOf(name) == ParameterRole.Counter;
                expected[name] =
                    [.. expected[name].Select(old => isCounter ? value : (0.75 * old) + (0.25 * value))];
            }

            average.Update(parameters);
        }

        var actual = Numbers(average.Parameters);
        Assert.Contains(parameters.Names, name => parameters.RoleOf(name) == ParameterRole.Buffer);
        Assert.All(expected, pair => Assert.All(
            pair.Value.Zip(actual[pair.Key]), values => Assert.Equal(values.First, values.Second, 1e-6)));
    }

    [Theory]
    [InlineData(PaddingChoice.Never)]
    [InlineData(PaddingChoice.Always)]
    public void The_average_is_what_is_measured_and_handed_over(PaddingChoice padding)
    {
        var handedOver = new List<(ModelKind Kind, double Accuracy, double Loss)>();
        using var observer = new EvaluatingObserver(handedOver);
        using var trainer = new OneCycleTrainer(
            TinyTask.Network(), TinyTask.Data,
            TinyTask.Options with
            {
                EmaDecay = 0.6,
                Padding = padding,
                Optimizer = OptimizerKind.Adamw,
                LearningRate = 0.01,
            },
            TinyTask.Pruning)
        {
            Observer = observer,
        };
        using var result = trainer.Run();

        Assert.Equal([ModelKind.Whole, ModelKind.Best], handedOver.Take(2).Select(model => model.Kind));
        Assert.Equal(result.ValidationLoss!.Value, handedOver[^1].Loss, 1e-4);
        Assert.Equal(ModelKind.Last, handedOver[^1].Kind);
        Assert.Equal(result.Best, handedOver.Where(model => model.Kind == ModelKind.Best).Max(model => model.Accuracy));
        Assert.Equal(result.BeforeCut?.Accuracy, handedOver[0].Accuracy);
        Assert.All(
            result.Graph.Parameters,
            spec => Assert.Equal(spec.Shape.AsSpan(), result.Parameters[spec.Name].Shape));
        Assert.True(result.Gate!.Passed);
        Assert.True(result.Best > 0.9);
    }

    [Fact]
    public void An_average_that_keeps_everything_is_where_the_run_began()
    {
        var graph = TinyTask.Network();
        using var start = ParameterTable.Initialize(graph, seed: 4);
        using var trainer = new OneCycleTrainer(
            new Network(graph, start.Clone(graph)), TinyTask.Data,
                TinyTask.Options with { Epochs = 1, EmaDecay = 1 - 1e-9 });
        using var result = trainer.Run();
        Assert.All(start.Trainable, name => Assert.All(
            start[name].ToArray<float>().Zip(result.Parameters[name].ToArray<float>()), pair =>
                Assert.Equal(pair.First, pair.Second, 1e-5)));
    }

    [Fact]
    public void Padding_adds_zeros_to_the_average_and_a_cut_takes_them_away()
    {
        var graph = TinyTask.Network();
        var coupling = Pruning.Coupling.CouplingGraph.Build(graph);
        var plan = CutPlan.Create(coupling, Pruning.Subnetwork.FromPruned(
            coupling.Groups, coupling.Groups.Select(
                group => (IReadOnlyCollection<int>)(group.IsPrunable ? [1, 3] : []))));
        using var parameters = ParameterTable.Initialize(plan.After, seed: 0);
        using var average = new WeightEma(plan.After, parameters, 0.5);
        average.Expand(plan);
        Assert.Equal(graph.Parameter("conv2.weight").Shape.AsSpan(), average.Parameters["conv2.weight"].Shape);
        average.Cut(plan);
        Assert.All(
            parameters.Trainable,
            name => Assert.Equal(parameters[name].ToArray<float>(), average.Parameters[name].ToArray<float>()));
    }

    [Fact]
    public void The_average_lies_in_memory_as_the_weights()
    {
        var graph = TinyTask.Network();
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        using var average = new WeightEma(graph, parameters, 0.5);
        _ = new Executor(graph, parameters, MemoryFormat.ChannelsLast);
        average.Update(parameters);
        Assert.All(parameters.Names, name => Assert.Equal(
            parameters[name].IsContiguous(MemoryFormat.ChannelsLast), average.Parameters[name].IsContiguous(
                MemoryFormat.ChannelsLast)));
    }

    private static Dictionary<string, double[]> Numbers(ParameterTable parameters) => parameters.Names.ToDictionary(
        name => name,
        name => parameters[name].DType == DType.Int64
            ? parameters[name].ToArray<long>().Select(value => (double)value).ToArray()
            : [.. parameters[name].ToArray<float>().Select(value => (double)value)]);

    // Measures every network that it is given.
    private sealed class EvaluatingObserver(List<(ModelKind Kind, double Accuracy, double Loss)> models)
        : ITrainingObserver, IDisposable
    {
        public void ModelReady(ModelKind kind, Graph graph, ParameterTable parameters, PruningRecord? record)
        {
            var result = Evaluation.Run(new(graph, parameters), TinyTask.Test, 30);
            models.Add((kind, result.Headline, result.Loss));
        }

        public void Dispose()
        {
        }
    }
}

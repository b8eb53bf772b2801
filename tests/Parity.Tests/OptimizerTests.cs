using System.Text.Json;
using System.Text.Json.Nodes;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Training.Optimizers;

namespace Ocs.Parity.Tests;

/// <summary>
/// Ten steps of every optimiser with given gradients beside PyTorch's numbers: golden/optimizers.json, by
/// generate_optimizers.py.
/// </summary>
[NoTensorLeaks]
public sealed class OptimizerTests
{
    // Of the largest value of a tensor: several roundings of float32 a step, in another order than PyTorch's.
    private const double Tolerance = 5e-6;
    private const double Rate = 0.01;
    private const double EmaDecay = 0.9;

    public static TheoryData<string> Cases => [.. Golden()["cases"]!.AsObject().Select(pair => pair.Key)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ten_steps_with_given_gradients_are_PyTorchs(string name)
    {
        foreach (var format in new[] { MemoryFormat.Contiguous, MemoryFormat.ChannelsLast })
        {
            AssertTenSteps(name, format);
        }
    }

    private static void AssertTenSteps(string name, MemoryFormat format)
    {
        var expected = Golden()["cases"]![name]!;
        var options = Options(expected["options"]!);
        var graph = Network();
        using var parameters = Parameters(graph);
        using var optimizer = options.CreateOptimizer();
        using var average = new WeightEma(graph, parameters, EmaDecay);
        _ = new Executor(graph, parameters, format);
        for (var step = 0; step < (int)Golden()["steps"]!; step++)
        {
            SetGradients(parameters, step);
            if (options.ClipGradientNorm is { } norm)
            {
                GradientClipping.Apply(parameters, norm);
            }

            optimizer.Step(parameters, Rate * (1 - (step / 20.0)));
            average.Update(parameters);
        }

        AssertNear(expected["values"]!, parameters.Trainable.ToDictionary(each => each, each => parameters[each]));
        AssertNear(
            expected["average"]!, parameters.Trainable.ToDictionary(each => each, each => average.Parameters[each]));
        Assert.Equal(expected["moments"]!.AsObject().Select(pair => pair.Key), optimizer.State.Moments.Keys);
        Assert.All(optimizer.State.Moments, moment => AssertNear(expected["moments"]![moment.Key]!, moment.Value));
        Assert.All(
            optimizer.State.Counters,
            counter => Assert.Equal(("step", 10), (counter.Key, counter.Value.Item<double>())));
    }

    private static JsonNode Golden() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "optimizers.json")))!;

    private static TrainingOptions Options(JsonNode options)
    {
        var defaults = new TrainingOptions();
        return new()
        {
            Optimizer = Enum.Parse<OptimizerKind>((string)options["kind"]!, ignoreCase: true),
            WeightDecay = (double?)options["weight_decay"] ?? 0,
            Beta1 = (double?)options["beta1"] ?? defaults.Beta1,
            Beta2 = (double?)options["beta2"] ?? defaults.Beta2,
            Epsilon = (double?)options["epsilon"] ?? defaults.Epsilon,
            DecayNormsAndBiases = (bool?)options["matrices"] != true,
            LayerDecay = (double?)options["layers"] ?? 1,
            ClipGradientNorm = (double?)options["clip"],
        };
    }

    private static Graph Network()
    {
        var g = new GraphBuilder("small");
        var x = g.BatchNorm2d("bn", g.Conv2d("conv", g.Input("input", 2, 4, 4), 3, kernel: 3, bias: true));
        return g.Build(g.Linear("fc", g.Flatten("flatten", x), 5));
    }

    private static ParameterTable Parameters(Graph graph)
    {
        var parameters = ParameterTable.Initialize(graph, seed: 0);
        foreach (var (name, k) in parameters.Trainable.Select((name, k) => (name, k)))
        {
            parameters.Replace(name, Values(parameters[name], k, 1));
        }

        return parameters;
    }

    private static void SetGradients(ParameterTable parameters, int step)
    {
        foreach (var (name, k) in parameters.Trainable.Select((name, k) => (name, k)))
        {
            using var gradient = Values(parameters[name], (100 * (step + 1)) + k, 0.02 * (k + 1));
            parameters[name].SetGradient(gradient);
        }
    }

    private static Tensor Values(Tensor like, int stream, double scale) => Tensor.FromArray<float>(
        [.. Enumerable.Range(0, (int)like.ElementCount).Select(i => (float)(scale * StepData.Uniform(stream, i)))],
        like.Shape);

    private static void AssertNear(JsonNode expected, IReadOnlyDictionary<string, Tensor> actual)
    {
        Assert.Equal(expected.AsObject().Select(pair => pair.Key).Order(), actual.Keys.Order());
        foreach (var (name, numbers) in expected.AsObject())
        {
            using var plain = actual[name].Detach();
            using var contiguous = plain.Contiguous();
            Tensors.AssertClose(numbers.Deserialize<float[]>()!, contiguous.ToArray<float>(), Tolerance);
        }
    }
}

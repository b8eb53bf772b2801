using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
using Ocs.Torch;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Tests.Optimizers;

[NoTensorLeaks]
[OneThread]
public sealed class AdamTests
{
    private const double Rate = 0.01;

    // The papers' formulas in float64; one weight, w = 2, g = 1 then -3.
    [Theory]
    [InlineData(OptimizerKind.Adam, 0)]
    [InlineData(OptimizerKind.Adam, 0.1)]
    [InlineData(OptimizerKind.Adamw, 0)]
    [InlineData(OptimizerKind.Adamw, 0.1)]
    public void Two_steps_are_the_papers_formula(OptimizerKind kind, double decay)
    {
        var options =
            new TrainingOptions { Optimizer = kind, WeightDecay = decay, Beta1 = 0.8, Beta2 = 0.9, Epsilon = 1e-3 };
        using var parameters = OneWeight();
        using var optimizer = options.CreateOptimizer();
        var (w, m, v) = (2.0, 0.0, 0.0);
        foreach (var (t, given) in new[] { (1, 1.0), (2, -3.0) })
        {
            var g = kind == OptimizerKind.Adam ? given + (decay * w) : given;
            w *= kind == OptimizerKind.Adamw ? 1 - (Rate * decay) : 1;
            (m, v) = ((0.8 * m) + (0.2 * g), (0.9 * v) + (0.1 * g * g));
            w -= Rate * (m / (1 - Math.Pow(0.8, t))) / (Math.Sqrt(v / (1 - Math.Pow(0.9, t))) + 1e-3);
            SetGradients(parameters, given);
            optimizer.Step(parameters, Rate);
            Assert.Equal(w, parameters["bn.weight"].ToArray<float>()[0], 1e-6);
        }
    }

    [Fact]
    public void A_gradient_of_zero_moves_nothing_and_a_missing_one_is_an_error()
    {
        using var parameters = OneWeight();
        using var optimizer = new Adam(new() { WeightDecay = 0 });
        SetGradients(parameters, 0);
        optimizer.Step(parameters, Rate);
        Assert.Equal(2, parameters["bn.weight"].ToArray<float>()[0]);
        var error = Assert.Throws<InvalidOperationException>(() => optimizer.Step(parameters, Rate));
        Assert.Equal("Parameter 'bn.weight' has no gradient: run backward before the step.", error.Message);
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd)]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.Adamw)]
    public void A_cut_leaves_the_state_that_the_cut_network_comes_to_by_itself(OptimizerKind kind)
    {
        var options = TinyTask.Options with { Optimizer = kind };
        var (graph, plan) = Plan();
        using var start = ParameterTable.Initialize(graph, seed: 0);
        using var optimizer = options.CreateOptimizer();
        Train(graph, start, optimizer, steps: 3);

        // What leaves is set to zero, so both networks compute the same; their states are the same but for what leaves.
        using var small = plan.Apply(start);
        using var whole = plan.Expand(small);
        using var other = options.CreateOptimizer();
        other.Restore(Copy(optimizer.State));
        other.Cut(plan);
        Train(graph, whole, optimizer, steps: 1);
        Train(plan.After, small, other, steps: 1);
        optimizer.Cut(plan);

        using var cut = plan.Apply(whole);
        AssertClose(cut, small);
        Assert.Equal(optimizer.State.Moments.Keys, other.State.Moments.Keys);
        Assert.All(optimizer.State.Moments, moment => Assert.All(
            moment.Value, pair => Tensors.AssertClose(pair.Value, other.State.Moments[moment.Key][pair.Key])));
        Assert.All(optimizer.State.Counters, counter => Assert.Equal(4, counter.Value.Item<double>()));
        Assert.Equal(kind == OptimizerKind.Sgd ? 0 : 1, other.State.Counters.Count);
    }

    [Fact]
    public void Expanded_moments_are_zero_where_there_is_no_channel_and_a_cut_gives_them_back()
    {
        var (graph, plan) = Plan();
        using var parameters = ParameterTable.Initialize(plan.After, seed: 0);
        using var optimizer = new AdamW(new());
        Train(plan.After, parameters, optimizer, steps: 2);
        var before = Values(optimizer.State.Moments["exp_avg_sq"]);

        optimizer.Expand(plan);
        Assert.Equal(
            graph.Parameter("conv2.weight").Shape.AsSpan(),
            optimizer.State.Moments["exp_avg"]["conv2.weight"].Shape);
        var wide = Values(optimizer.State.Moments["exp_avg_sq"]);
        Assert.All(
            before,
            pair => Assert.Equal(pair.Value.Sum(value => (double)value), wide[pair.Key].Sum(value => (double)value)));

        optimizer.Cut(plan);
        Assert.Equal(before, Values(optimizer.State.Moments["exp_avg_sq"]));
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd)]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.Adamw)]
    public void A_restored_state_goes_on_to_the_same_bits_and_a_restarted_optimiser_is_a_new_one(OptimizerKind kind)
    {
        var options = TinyTask.Options with { Optimizer = kind };
        var graph = TinyTask.Network();
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        using var optimizer = options.CreateOptimizer();
        Train(graph, parameters, optimizer, steps: 2);
        using var copy = parameters.Clone(graph);
        using var other = options.CreateOptimizer();
        other.Restore(Copy(optimizer.State));
        Train(graph, parameters, optimizer, steps: 2);
        Train(graph, copy, other, steps: 2);
        AssertEqual(parameters, copy);

        optimizer.Restart();
        Assert.Empty(optimizer.State.Tensors);
        using var fresh = options.CreateOptimizer();
        Train(graph, parameters, optimizer, steps: 2);
        Train(graph, copy, fresh, steps: 2);
        AssertEqual(parameters, copy);
    }

    [Fact]
    public void The_state_of_another_optimiser_is_refused()
    {
        var graph = TinyTask.Network();
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        using var sgd = new Sgd(new());
        using var adam = new Adam(new());
        using var other = new Adam(new());
        Train(graph, parameters, sgd, steps: 1);
        Train(graph, parameters, adam, steps: 1);

        var error = Assert.Throws<OcsInputException>(() => other.Restore(Copy(sgd.State)));
        Assert.Equal(
            "The state of the optimiser is not of this kind: it holds momentum, but exp_avg, exp_avg_sq, "
            + "step is needed; resume with the optimiser that made it.",
            error.Message);
        Assert.Throws<OcsInputException>(() => sgd.Restore(Copy(adam.State)));
        var twoSteps = new Dictionary<string, Tensor> { ["step"] = Tensor.Zeros([2]) };
        Assert.Throws<OcsInputException>(
            () => other.Restore(new() { Moments = Copy(adam.State, counters: false).Moments, Counters = twoSteps }));
        Assert.Throws<OcsInputException>(() => other.Restore(Copy(adam.State, counters: false)));
        other.Restore(new());
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd)]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.Adamw)]
    public void Norms_and_biases_decay_only_where_they_are_to(OptimizerKind kind)
    {
        var options = new TrainingOptions { Optimizer = kind, WeightDecay = 0.5, DecayNormsAndBiases = false };
        var graph = TinyTask.Network();
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        using var before = parameters.Clone(graph);
        using var optimizer = options.CreateOptimizer();
        SetGradients(parameters, 0);
        optimizer.Step(parameters, Rate);

        foreach (var name in parameters.Trainable)
        {
            var isMatrix = name.EndsWith(".weight", StringComparison.Ordinal)
                && !name.StartsWith("bn", StringComparison.Ordinal);
            Assert.Equal(isMatrix, !parameters[name].ToArray<float>().SequenceEqual(before[name].ToArray<float>()));
        }
    }

    [Fact]
    public void Two_hundred_steps_leave_as_many_tensors_as_one()
    {
        var graph = TinyTask.Network();
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        using var optimizer = new AdamW(new() { DecayNormsAndBiases = false });
        Train(graph, parameters, optimizer, steps: 1);
        var live = TorchRuntime.LiveTensors;
        Train(graph, parameters, optimizer, steps: 200);
        Assert.Equal(live, TorchRuntime.LiveTensors);
    }

    private static (Graph Graph, CutPlan Plan) Plan()
    {
        var graph = TinyTask.Network();
        var coupling = CouplingGraph.Build(graph);
        var pruned = coupling.Groups.Select(group => (IReadOnlyCollection<int>)(group.IsPrunable ? [0, 2, 5] : []));
        return (graph, CutPlan.Create(coupling, Subnetwork.FromPruned(coupling.Groups, pruned)));
    }

    private static void Train(Graph graph, ParameterTable parameters, IOptimizer optimizer, int steps)
    {
        using var images = Tensor.FromArray<float>(
            [.. Enumerable.Range(0, 4 * 64).Select(i => (float)Math.Sin(i))], [4, 1, 8, 8]);
        using var labels = Tensor.FromArray<long>([0, 1, 2, 0], [4]);
        var executor = new Executor(graph, parameters);
        for (var step = 0; step < steps; step++)
        {
            using var logits = executor.Forward(images, training: true);
            using var loss = Aten.CrossEntropy(logits, labels);
            Autograd.Backward(loss);
            optimizer.Step(parameters, Rate);
        }
    }

    private static ParameterTable OneWeight()
    {
        var g = new GraphBuilder("one");
        var parameters = ParameterTable.Initialize(g.Build(g.BatchNorm2d("bn", g.Input("input", 1, 1, 1))), seed: 0);
        parameters.Replace("bn.weight", Tensor.Full([1], 2));
        return parameters;
    }

    private static void SetGradients(ParameterTable parameters, double value)
    {
        foreach (var name in parameters.Trainable)
        {
            using var gradient = Tensor.Full(parameters[name].Shape, value);
            parameters[name].SetGradient(gradient);
        }
    }

    private static OptimizerState Copy(OptimizerState state, bool counters = true) => new()
    {
        Moments = state.Moments.ToDictionary(
            moment => moment.Key,
            IReadOnlyDictionary<string, Tensor> (moment) =>
                moment.Value.ToDictionary(pair => pair.Key, pair => pair.Value.Clone())),
        Counters = state.Counters.Where(_ => counters).ToDictionary(pair => pair.Key, pair => pair.Value.Clone()),
    };

    private static Dictionary<string, float[]> Values(IReadOnlyDictionary<string, Tensor> tensors) =>
        tensors.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray<float>());

    private static void AssertClose(ParameterTable expected, ParameterTable actual) =>
        Assert.All(
            expected.Trainable,
            name => Tensors.AssertClose(expected[name].ToArray<float>(), actual[name].ToArray<float>(), 1e-4));

    private static void AssertEqual(ParameterTable expected, ParameterTable actual) =>
        Assert.All(
            expected.Trainable,
            name => Assert.Equal(expected[name].ToArray<float>(), actual[name].ToArray<float>()));
}

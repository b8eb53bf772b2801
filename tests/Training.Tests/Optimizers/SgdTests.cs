using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
using Ocs.Torch;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Tests.Optimizers;

[NoTensorLeaks]
public sealed class SgdTests
{
    // One weight, w = 2, g = 1 then 3, rate 0.1.
    [Theory]
    [InlineData(0, false, 0, 1.9, 1.6)]
    [InlineData(0.5, false, 0, 1.9, 1.55)]
    [InlineData(0.5, true, 0, 1.85, 1.375)]
    [InlineData(0, false, 0.5, 1.8, 1.41)]
    public void Two_steps_by_hand(double momentum, bool nesterov, double decay, double afterOne, double afterTwo)
    {
        using var task = new OneWeight();
        using var optimizer = new Sgd(new() { Momentum = momentum, Nesterov = nesterov, WeightDecay = decay });
        task.SetGradient(1);
        optimizer.Step(task.Parameters, 0.1);
        Assert.Equal(afterOne, task.Weight, 1e-6);
        task.SetGradient(3);
        optimizer.Step(task.Parameters, 0.1);
        Assert.Equal(afterTwo, task.Weight, 1e-6);
    }

    [Theory]
    [InlineData(true, 5e-4)]
    [InlineData(false, 0)]
    public void Layouts_that_change_between_steps_change_nothing_else(bool nesterov, double decay)
    {
        var g = new GraphBuilder("conv");
        var graph = g.Build(g.Conv2d("conv", g.Input("input", 3, 4, 4), 4, 3));
        double[] Weights(params MemoryFormat[] formats)
        {
            using var parameters = ParameterTable.Initialize(graph, seed: 3);
            using var optimizer = new Sgd(new() { Nesterov = nesterov, WeightDecay = decay });
            foreach (var format in formats)
            {
                _ = new Executor(graph, parameters, format);
                using var gradient = Tensor.FromArray<float>(
                    [.. Enumerable.Range(0, 108).Select(i => i / 100f)], [4, 3, 3, 3]);
                parameters["conv.weight"].SetGradient(gradient);
                optimizer.Step(parameters, 0.1);
            }

            using var weight = parameters["conv.weight"].Detach();
            using var plain = weight.Contiguous();
            return [.. plain.ToArray<float>().Select(value => (double)value)];
        }

        var (first, second) = (MemoryFormat.Contiguous, MemoryFormat.ChannelsLast);
        Assert.Equal(Weights(first, first, first), Weights(first, second, second));
        Assert.Equal(Weights(first, first, first), Weights(second, first, second));
    }

    [Fact]
    public void A_step_uses_its_gradients_up()
    {
        using var task = new OneWeight();
        using var optimizer = new Sgd(new());
        task.SetGradient(1);
        optimizer.Step(task.Parameters, 0.1);
        Assert.Throws<InvalidOperationException>(() => optimizer.Step(task.Parameters, 0.1));
    }

    [Fact]
    public void A_cut_keeps_the_momentum_of_what_stays_and_a_restart_none()
    {
        var graph = TinyTask.Network();
        var coupling = CouplingGraph.Build(graph);
        var group = coupling.Groups.Single(
            group => group.Members.Any(m => m.Parameter == "conv2.weight" && m.Dimension == 0));
        int[][] pruned = [.. coupling.Groups.Select(candidate => candidate == group ? new[] { 0, 2 } : [])];
        var plan = CutPlan.Create(coupling, Subnetwork.FromPruned(coupling.Groups, pruned));
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        using var optimizer = new Sgd(new());
        Train(graph, parameters, optimizer);
        var before = optimizer.Momentum.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray<float>());

        optimizer.Cut(plan);
        using var cut = plan.Apply(parameters);

        Assert.All(cut.Trainable, name => Assert.Equal(cut[name].Shape, optimizer.Momentum[name].Shape));
        // 16 channels without 0 and 2.
        Assert.Equal(
            [.. before["bn2.weight"][1..2], .. before["bn2.weight"][3..]],
            optimizer.Momentum["bn2.weight"].ToArray<float>());
        Assert.Equal(before["conv1.weight"], optimizer.Momentum["conv1.weight"].ToArray<float>());
        Train(plan.After, cut, optimizer);

        optimizer.Restart();
        Assert.Empty(optimizer.Momentum);
        Train(plan.After, cut, optimizer);
    }

    [Fact]
    public void Two_hundred_steps_leave_as_many_tensors_as_one()
    {
        TorchRuntime.Threads = 1;
        var graph = TinyTask.Network();
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        using var optimizer = new Sgd(new());
        Train(graph, parameters, optimizer);
        var live = TorchRuntime.LiveTensors;
        for (var step = 0; step < 200; step++)
        {
            Train(graph, parameters, optimizer);
        }

        Assert.Equal(live, TorchRuntime.LiveTensors);
    }

    private static void Train(Graph graph, ParameterTable parameters, Sgd optimizer)
    {
        using var images = Tensor.FromArray<float>(
            [.. Enumerable.Range(0, 4 * 64).Select(i => (float)Math.Sin(i))], [4, 1, 8, 8]);
        using var labels = Tensor.FromArray<long>([0, 1, 2, 0], [4]);
        using var logits = new Executor(graph, parameters).Forward(images, training: true);
        using var loss = Aten.CrossEntropy(logits, labels);
        Autograd.Backward(loss);
        optimizer.Step(parameters, 0.01);
    }

    private sealed class OneWeight : IDisposable
    {
        public OneWeight()
        {
            var g = new GraphBuilder("one");
            var graph = g.Build(g.BatchNorm2d("bn", g.Input("input", 1, 1, 1)));
            Parameters = ParameterTable.Initialize(graph, seed: 0);
            Parameters.Replace("bn.weight", Tensor.Full([1], 2));
        }

        public ParameterTable Parameters { get; }

        public float Weight => Parameters["bn.weight"].ToArray<float>()[0];

        public void SetGradient(double value)
        {
            foreach (var name in Parameters.Trainable)
            {
                using var gradient = Tensor.Full([1], value);
                Parameters[name].SetGradient(gradient);
            }
        }

        public void Dispose() => Parameters.Dispose();
    }
}

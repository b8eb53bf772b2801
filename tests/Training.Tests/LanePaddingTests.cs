using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
using Ocs.Torch;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Tests;

/// <summary>
/// A padded network is the cut one in wider tensors: what it adds is zero, and stays zero in training.
/// </summary>
[NoTensorLeaks]
public sealed class LanePaddingTests
{
    [Theory]
    [InlineData(OptimizerKind.Sgd, 0.1)]
    [InlineData(OptimizerKind.Adam, 0.01)]
    [InlineData(OptimizerKind.Adamw, 0.01)]
    public void Training_the_padded_network_trains_the_cut_one(OptimizerKind kind, double rate)
    {
        TorchRuntime.Threads = 1;
        var (coupling, subnetwork) = Cut(TinyTask.Network(), keep: 5);
        var cut = CutPlan.Create(coupling, subnetwork);
        var padding = LanePadding.Plan(coupling, subnetwork, cut)!;
        Assert.Equal(8, padding.Before.Parameter("conv2.weight").Shape[0]);
        Assert.Equal(5, padding.After.Parameter("conv2.weight").Shape[0]);

        using var full = ParameterTable.Initialize(coupling.Graph, seed: 4);
        using var narrow = cut.Apply(full);
        using var wide = padding.Expand(narrow);
        var options = TinyTask.Options with { Optimizer = kind };
        using var narrowOptimizer = options.CreateOptimizer();
        using var wideOptimizer = options.CreateOptimizer();
        Step(padding.After, narrow, narrowOptimizer, rate);
        Step(padding.Before, wide, wideOptimizer, rate);
        Step(padding.After, narrow, narrowOptimizer, rate);
        Step(padding.Before, wide, wideOptimizer, rate);

        using var unpadded = padding.Apply(wide);
        foreach (var name in narrow.Names.Where(name => padding.After.Parameter(name).Role != ParameterRole.Counter))
        {
            var expected = narrow[name].ToArray<float>();
            Assert.All(
                expected.Zip(unpadded[name].ToArray<float>()),
                pair => Assert.Equal(pair.First, pair.Second, 1e-5));

            // All that the padded network holds is what the cut one does: the sum of magnitudes leaves nothing for the
            // rest.
            var rest = wide[name].ToArray<float>().Sum(value => (double)Math.Abs(value))
                - unpadded[name].ToArray<float>().Sum(value => (double)Math.Abs(value));
            Assert.Equal(0, rest, 1e-9);
        }
    }

    [Fact]
    public void Momentum_is_expanded_with_zeros()
    {
        var (coupling, subnetwork) = Cut(TinyTask.Network(), keep: 5);
        var padding = LanePadding.Plan(coupling, subnetwork, CutPlan.Create(coupling, subnetwork))!;
        using var narrow = Tensor.Ones([5, 5, 3, 3]);
        using var wide = padding.Expand("conv2.weight", narrow);
        Assert.Equal([8L, 8, 3, 3], wide.Shape.ToArray());
        Assert.Equal(5 * 5 * 9, wide.ToArray<float>().Sum());
        using var back = padding.Apply("conv2.weight", wide);
        Assert.Equal(narrow.ToArray<float>(), back.ToArray<float>());
    }

    [Fact]
    public void Whole_vectors_need_no_padding()
    {
        var (coupling, subnetwork) = Cut(TinyTask.Network(), keep: 8);
        Assert.Null(LanePadding.Plan(coupling, subnetwork, CutPlan.Create(coupling, subnetwork)));
    }

    [Fact]
    public void A_network_whose_activation_moves_zero_is_not_padded()
    {
        var g = new GraphBuilder("sigmoid");
        var x = g.Conv2d("conv1", g.Input("input", 1, 4, 4), 12, kernel: 3);
        x = g.Activation("sigmoid", x, ActivationKind.Sigmoid);
        var (coupling, subnetwork) = Cut(g.Build(g.Linear("fc", g.Flatten("flatten", x), 3)), keep: 5);
        Assert.Null(LanePadding.Plan(coupling, subnetwork, CutPlan.Create(coupling, subnetwork)));
    }

    [Theory]
    [InlineData(PaddingChoice.Never)]
    [InlineData(PaddingChoice.Always)]
    public void A_run_hands_over_the_cut_network_whether_it_was_padded_or_not(PaddingChoice padding)
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer, TinyTask.Options with { Padding = padding });
        using var result = trainer.Run();
        GraphVerifier.Verify(result.Graph);
        Assert.Equal(result.Record!.MacsAfter, result.Graph.Macs);
        Assert.All(
            result.Graph.Parameters,
            spec => Assert.Equal(spec.Shape.AsSpan(), result.Parameters[spec.Name].Shape));
        Assert.True(result.ValidationAccuracy > 0.9);
    }

    private static (CouplingGraph Coupling, Subnetwork Subnetwork) Cut(Graph graph, int keep)
    {
        var coupling = CouplingGraph.Build(graph);
        var pruned = coupling.Groups.Select(group => (IReadOnlyCollection<int>)(
            group.IsPrunable ? [.. Enumerable.Range(keep, group.Channels - keep)] : []));
        return (coupling, Subnetwork.FromPruned(coupling.Groups, pruned));
    }

    private static void Step(Graph graph, ParameterTable parameters, IOptimizer optimizer, double rate)
    {
        using var images = Tensor.FromArray<float>(
            [.. Enumerable.Range(0, 4 * 64).Select(i => (float)Math.Sin(i))], [4, 1, 8, 8]);
        using var labels = Tensor.FromArray<long>([0, 1, 2, 1], [4]);
        using var logits = new Executor(graph, parameters).Forward(images, training: true);
        using var loss = Aten.CrossEntropy(logits, labels);
        Autograd.Backward(loss);
        optimizer.Step(parameters, rate);
    }
}

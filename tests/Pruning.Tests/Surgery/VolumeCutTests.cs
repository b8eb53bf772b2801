using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning.Tests.Surgery;

/// <summary>Cuts of random networks of videos, with a recurrent layer over the frames.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class VolumeCutTests
{
    private const int Cases = 60;

    [Fact]
    public void Every_right_cut_passes_the_gate_and_its_macs_are_as_counted()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new RandomVolume(seed);
            var graph = random.Build();
            using var parameters = random.Parameters(graph);
            using var batch = random.Batch(graph);
            RightCut.AssertPasses(graph, parameters, batch, seed, fewestPrunable: 2);
        }
    }

    [Fact]
    public void The_cut_network_computes_and_learns_what_the_zeroed_one_does()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new RandomVolume(seed);
            var graph = random.Build();
            var coupling = CouplingGraph.Build(graph);
            var plan = CutPlan.Create(coupling, coupling.RandomSubnetwork(seed));
            using var parameters = random.Parameters(graph);
            using var batch = random.Batch(graph);
            using var zeroed = plan.Zeroed(parameters);
            using var cut = plan.Apply(parameters);
            using var expected = Loss(graph, zeroed, batch);
            using var actual = Loss(plan.After, cut, batch);
            Tensors.AssertClose(expected, actual);

            // The last layer's slopes depend on all that is before it.
            Autograd.Backward(expected);
            Autograd.Backward(actual);
            foreach (var name in new[] { "head.bias", "head.weight" })
            {
                using var slope = zeroed[name].GetGradient()!;
                using var kept = plan.Apply(name, slope);
                using var other = cut[name].GetGradient()!;
                Tensors.AssertClose(kept, other);
            }
        }
    }

    private static Tensor Loss(Graph graph, ParameterTable parameters, Tensor batch)
    {
        using var output = new Executor(graph, parameters).Forward(batch, training: false);
        using var target = Tensor.FromArray<long>([0, 2], [2]);
        return Aten.CrossEntropy(output, target);
    }
}

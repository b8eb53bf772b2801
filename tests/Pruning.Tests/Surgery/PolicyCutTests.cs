using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning.Tests.Surgery;

/// <summary>Random networks of every operator, cut under random policies, also twice with a file between.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class PolicyCutTests
{
    [Fact]
    public void Under_any_policy_cutting_zeroed_channels_leaves_the_outputs_equal()
    {
        Properties.HoldForRandomGraphs(100, random =>
        {
            var graph = random.Build().WithRandomPolicies(random.Seed);
            if (graph.Nodes.Any(
                node =>
                    node.Operator is GroupNorm { Policy: GroupPolicy.SameIndex } norm && norm.Groups < node.Shape[1]))
            {
                // Its statistics run over what is there, so zeroing is not removing; the gate compares those.
                return;
            }

            using var parameters = random.Parameters(graph);
            using var batch = random.Batch(graph);
            AssertCutIsEqual(graph, random.Seed, parameters, batch);
        });
        Properties.HoldForRandomTransformers(60, drawn =>
        {
            var random = drawn with { Norms = false };
            var graph = random.Build().WithRandomPolicies(random.Seed);
            using var parameters = random.Parameters(graph);
            using var batch = random.Batch(graph);
            AssertCutIsEqual(graph, random.Seed, parameters, batch);
        });
    }

    [Fact]
    public void A_network_that_was_cut_saved_and_read_is_cut_again_and_passes_the_gate_both_times()
    {
        Properties.HoldForRandomGraphs(40, random =>
        {
            var graph = random.Build();
            using var batch = random.Batch(graph);
            CutTwice(graph, random.Seed, random.Parameters(graph), batch);
        });
        Properties.HoldForRandomTransformers(40, random =>
        {
            var graph = random.Build();
            using var batch = random.Batch(graph);
            CutTwice(graph, random.Seed, random.Parameters(graph), batch);
        });
    }

    private static void AssertCutIsEqual(Graph graph, int seed, ParameterTable parameters, Tensor batch)
    {
        var coupling = CouplingGraph.Build(graph);
        var plan = CutPlan.Create(coupling, coupling.RandomSubnetwork(seed));
        using var zeroed = plan.Zeroed(parameters);
        using var cut = plan.Apply(parameters);
        using var expected = Networks.Evaluate(graph, zeroed, batch);
        using var actual = Networks.Evaluate(plan.After, cut, batch);
        Tensors.AssertClose(expected, actual);
    }

    private static void CutTwice(Graph graph, int seed, ParameterTable parameters, Tensor batch)
    {
        for (var round = 0; round < 2; round++)
        {
            (graph, parameters) = CutAndReload(graph.WithRandomPolicies(seed + round), seed + round, parameters, batch);
        }

        parameters.Dispose();
    }

    private static (Graph Graph, ParameterTable Parameters) CutAndReload(
        Graph graph, int seed, ParameterTable parameters, Tensor batch)
    {
        using var whole = parameters;
        var coupling = CouplingGraph.Build(graph);
        var subnetwork = coupling.RandomSubnetwork(seed);
        var plan = CutPlan.Create(coupling, subnetwork);
        using var cut = plan.Apply(whole);
        var result = PruneProofGate.Check(
            coupling, subnetwork, plan, whole, cut, batch, ResourceConstraint.Macs(coupling).Count(subnetwork), Reload);
        Assert.Null(result.Problem);
        Assert.True(result.Passed);
        var reloaded = Reload(plan.After, cut);
        Assert.Equal(plan.After.ToString(), reloaded.Graph.ToString());
        return reloaded;
    }

    private static (Graph Graph, ParameterTable Parameters) Reload(Graph graph, ParameterTable parameters)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.ocs");
        try
        {
            OcsFile.Write(path, graph, parameters);
            var model = OcsFile.Read(path);
            return (model.Graph, model.Parameters);
        }
        finally
        {
            File.Delete(path);
        }
    }
}

using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
using Ocs.Testing;
using Ocs.Torch;

namespace Ocs.Zoo.Tests;

/// <summary>Every network of the zoo runs, back-propagates and is cut to half of its MACs through the gate.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class ZooCutTests
{
    public static TheoryData<string> Names => [.. Models.All.Select(model => model.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Half_of_the_macs_go_and_the_gate_passes(string name)
    {
        var input = TestInput(name);
        var graph = Models.Build(name, input, classes: 7);
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        ShowBranches(graph, parameters);
        using var batch = Tensor.FromArray<float>(
            new Dice(9).Floats(2 * input.Channels * input.Height * input.Width, -1, 1), [2, input.Channels, input.Height, input.Width]);
        using var pruner = new OneCyclePruner(graph, parameters, OneCycleOptions.Paper);
        var partition = pruner.CurrentPartition;
        var plan = CutPlan.Create(pruner.Coupling, partition.Subnetwork);
        using var cut = plan.Apply(parameters);
        var result = PruneProofGate.Check(
            pruner.Coupling, partition.Subnetwork, plan, parameters, cut, batch, pruner.Constraint.Count(partition.Subnetwork));
        Assert.Null(result.Problem);
        Assert.True(result.Passed);
        Assert.InRange((double)plan.After.Macs / graph.Macs, 0.47, 0.5);
        Assert.True(plan.After.ParameterCount < graph.ParameterCount);
    }

    // A layer scale starts from 1e-6, which would hide its branch from the gate.
    private static void ShowBranches(Graph graph, ParameterTable parameters)
    {
        foreach (var node in graph.Nodes.Where(node => node.Operator is LayerScale2d))
        {
            parameters.Replace(node.Parameters[0], Tensor.Ones(graph.Parameter(node.Parameters[0]).Shape.AsSpan()));
        }
    }

    // Small images make the tests fast; weights are what they are.
    private static NetworkInput TestInput(string name) => name switch
    {
        _ when Models.Find(name).Input == NetworkInput.Cifar => NetworkInput.Mnist,
        _ => new(3, 64, 64),
    };

    [Theory]
    [InlineData("cifar_resnet20")]
    [InlineData("cifar_vgg16")]
    public void Only_image_and_classes_are_frozen(string name)
    {
        var groups = CouplingGraph.Build(Models.Build(name)).Groups;
        Assert.Equal(
            ["input of the network", "output of the network"],
            groups.Where(group => !group.IsPrunable).Select(group => group.FrozenReason).Order(StringComparer.Ordinal));
        Assert.Equal(name == "cifar_vgg16" ? 13 : 12, groups.Count(group => group.IsPrunable));
    }
}

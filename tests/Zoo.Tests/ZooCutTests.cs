using Ocs.Graphs;
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

    // Small images make the tests fast; weights are what they are.
    private static NetworkInput TestInput(string name) => name switch
    {
        _ when Models.Find(name).Input == NetworkInput.Cifar => NetworkInput.Mnist,
        "inception_v3" => new(3, 75, 75),
        _ => new(3, 64, 64),
    };

    [Theory]
    [InlineData("cifar_resnet20")]
    [InlineData("densenet121")]
    [InlineData("googlenet")]
    [InlineData("resnext50_32x4d")]
    [InlineData("squeezenet1_1")]
    public void The_shapes_of_a_cut_network_tell_what_it_is(string name)
    {
        var graph = Models.Build(name, TestInput(name));
        using var parameters = ParameterTable.Initialize(graph, seed: 2);
        using var pruner = new OneCyclePruner(graph, parameters, OneCycleOptions.Paper);
        var after = CutPlan.Create(pruner.Coupling, pruner.CurrentPartition.Subnetwork).After;
        Assert.NotEqual(graph.ToString(), after.ToString());
        Assert.Equal(
            after.ToString(), graph.WithParameterShapes(after.Parameters.ToDictionary(spec => spec.Name, spec => spec.Shape)).ToString());
    }

    // Groups: one a convolution, but one a stage for those that meet in sums.
    [Theory]
    [InlineData("cifar_resnet20", 12)]
    [InlineData("cifar_resnet20_a", 12)]
    [InlineData("cifar_vgg16", 13)]
    [InlineData("alexnet", 5 + 2)]
    [InlineData("densenet121", 1 + 2 * 58 + 3)]
    [InlineData("googlenet", 3 + 6 * 9)]
    [InlineData("inception_v3", 94)]
    [InlineData("resnet18", 12)]
    [InlineData("resnet50", 37)]
    [InlineData("resnext50_32x4d", 37)]
    [InlineData("squeezenet1_0", 1 + 3 * 8)]
    [InlineData("vgg11", 8 + 2)]
    [InlineData("vgg16_bn", 13 + 2)]
    [InlineData("wide_resnet50_2", 37)]
    public void Only_image_and_classes_are_frozen(string name, int prunable)
    {
        var groups = CouplingGraph.Build(Models.Build(name)).Groups;
        Assert.Equal(
            ["input of the network", "output of the network"],
            groups.Where(group => !group.IsPrunable).Select(group => group.FrozenReason).Order(StringComparer.Ordinal));
        Assert.Equal(prunable, groups.Count(group => group.IsPrunable));
    }
}

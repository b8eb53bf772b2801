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
    public void Half_of_the_macs_go_and_the_gate_passes(string name) =>
        Assert.InRange(KeptMacs(name, OneCycleOptions.Paper), 0.47, 0.5);

    // The global ranking may leave the wide streams of a transformer alone.
    [Theory]
    [InlineData("cifar_vit")]
    [InlineData("maxvit_t")]
    [InlineData("swin_t")]
    [InlineData("swin_v2_t")]
    public void The_gate_passes_too_where_every_group_loses_the_same_fraction(string name) =>
        Assert.InRange(KeptMacs(name, OneCycleOptions.Paper with { Ranking = Ranking.PerGroup }), 0.4, 0.5);

    // Cuts a network to half of its MACs; the fraction that it keeps.
    private static double KeptMacs(string name, OneCycleOptions options)
    {
        var input = TestInput(name);
        var graph = Models.Build(name, input, classes: 7);
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        MoveFromConstants(graph, parameters);
        using var batch = Tensor.FromArray<float>(
            new Dice(9).Floats(2 * input.Channels * input.Height * input.Width, -1, 1), [2, input.Channels, input.Height, input.Width]);
        using var pruner = new OneCyclePruner(graph, parameters, options);
        var partition = pruner.CurrentPartition;
        var plan = CutPlan.Create(pruner.Coupling, partition.Subnetwork);
        using var cut = plan.Apply(parameters);
        var result = PruneProofGate.Check(
            pruner.Coupling, partition.Subnetwork, plan, parameters, cut, batch, pruner.Constraint.Count(partition.Subnetwork));
        Assert.Null(result.Problem);
        Assert.True(result.Passed);
        Assert.True(plan.After.ParameterCount < graph.ParameterCount);
        return (double)plan.After.Macs / graph.Macs;
    }

    // A classifier that starts from 0 would hide every difference, a norm that starts from 1 that another channel's weight is taken.
    private static void MoveFromConstants(Graph graph, ParameterTable parameters)
    {
        var dice = new Dice(5);
        foreach (var spec in graph.Parameters.Where(spec =>
            spec.Initialization.Kind == InitializationKind.Constant && spec.Role != ParameterRole.Counter))
        {
            var start = spec.Initialization.Value;
            parameters.Replace(
                spec.Name, Tensor.FromArray<float>(dice.Floats(spec.ElementCount, start - 0.1, start + 0.1), spec.Shape.AsSpan()));
        }
    }

    // Small images make the tests fast; weights are what they are.
    private static NetworkInput TestInput(string name) => name switch
    {
        _ when Models.Find(name).Input == NetworkInput.Cifar => NetworkInput.Mnist,
        "maxvit_t" => Models.Find(name).Input,
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

using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Zoo;

namespace Ocs.EndToEnd.Tests;

/// <summary>With a tolerance every budget is met from below, whatever multiples of channels stay.</summary>
[NoTensorLeaks]
public sealed class BudgetTests
{
    private const double Tolerance = 0.005;

    // A cifar_resnet8 has six groups: multiples of 8 and 16 channels alone remove up to 5 % too much.
    [Theory]
    [InlineData("cifar_resnet8", Ranking.Isomorphic)]
    [InlineData("cifar_resnet20", Ranking.Isomorphic)]
    [InlineData("cifar_vgg16", Ranking.Isomorphic)]
    [InlineData("cifar_vgg16", Ranking.Global)]
    [InlineData("mobilenet_v2", Ranking.PerGroup)]
    public void The_target_is_removed_and_no_more_than_the_tolerance_besides(string name, Ranking ranking)
    {
        var graph = Models.Build(name, SmallImages.Of(Models.Find(name)), classes: 10);
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        foreach (var target in (double[])[0.3, 0.5, 0.7, 0.9])
        {
            var search = new SubnetworkSearch(
                graph, new() { Target = target, Ranking = ranking, TargetTolerance = Tolerance });
            var partition = search.Find(parameters);
            Assert.InRange(partition.Removed, target, target + Tolerance);
            Assert.Null(partition.Note);
            Assert.Equal(partition.Removed, search.Constraint.Removed(partition.Subnetwork), 1e-12);
        }
    }

    [Fact]
    public void Most_groups_still_keep_multiples()
    {
        var graph = Models.Build("cifar_resnet20", NetworkInput.Cifar, classes: 10);
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        var search = new SubnetworkSearch(graph, new() { Target = 0.5, TargetTolerance = Tolerance });
        var kept = search.Find(parameters).Subnetwork.Kept;
        var odd = search.Coupling.Groups.Where((group, index) =>
            group.IsPrunable && kept[index].Length % 8 != 0 && kept[index].Length < group.Channels).Count();
        Assert.InRange(odd, 0, 2);
    }
}

using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Saliency;

namespace Ocs.Pruning.Tests.Saliency;

[NoTensorLeaks]
public sealed class GroupSaliencyTests
{
    [Theory]
    [InlineData(SaliencyKind.Norm, SaliencyScope.Group)]
    [InlineData(SaliencyKind.SquaredNorm, SaliencyScope.Group)]
    [InlineData(SaliencyKind.Norm, SaliencyScope.SingleLayer)]
    public void It_is_the_mean_over_slices_of_norm_by_root_of_size(SaliencyKind kind, SaliencyScope scope)
    {
        var graph = Networks.Flattened();
        var groups = CouplingGraph.Build(graph).Groups;
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        parameters.Set("conv.weight", 3, 4, 0, 1, 1, 0);
        parameters.Set("conv.bias", 100, 100, 100);
        parameters.Set("bn.weight", -2, 1, 1);
        parameters.Set("fc.weight", [1, 3, 2, 0, .. new float[8], 4, 4, 3, 3, .. new float[8]]);
        // Channel 0: a row of 2 elements with norm 5, a norm weight of 1 element, 8 elements in 4 columns with norm 8.
        var expected = (kind, scope) switch
        {
            (SaliencyKind.Norm, SaliencyScope.Group) => (5 / Math.Sqrt(2) + 2 + 8 / Math.Sqrt(8)) / 3,
            (SaliencyKind.SquaredNorm, _) => (25 / Math.Sqrt(2) + 4 + 64 / Math.Sqrt(8)) / 3,
            _ => 5 / Math.Sqrt(2),
        };
        var saliency = GroupSaliency.Compute(groups, parameters, kind, scope);
        Assert.Equal(expected, saliency.Single(channels => channels.Length > 0)[0], 1e-6);
        Assert.Equal(
            groups.Select(group => group.IsPrunable ? group.Channels : 0),
            saliency.Select(channels => channels.Length));
    }
}

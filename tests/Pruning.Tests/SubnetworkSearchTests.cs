using Ocs.Graphs;
using Ocs.Pruning.Saliency;

namespace Ocs.Pruning.Tests;

/// <summary>Criterion, ranking, budget and limits together, as options state them.</summary>
[NoTensorLeaks]
public sealed class SubnetworkSearchTests : IDisposable
{
    private readonly Graph _graph = Networks.Chain(2, 4, 6);
    private readonly ParameterTable _parameters;

    public SubnetworkSearchTests() => _parameters = ParameterTable.Initialize(_graph, seed: 1);

    public void Dispose() => _parameters.Dispose();

    [Fact]
    public void Every_ranking_and_budget_meets_the_target()
    {
        foreach (var ranking in Enum.GetValues<Ranking>())
        {
            foreach (var resource in Enum.GetValues<Resource>())
            {
                var search = new SubnetworkSearch(
                    _graph, new() { Ranking = ranking, Resource = resource, Saliency = SaliencyKind.Random });
                Assert.InRange(search.Find(_parameters).Removed, 0.5, 0.75);
            }
        }
    }

    [Fact]
    public void Patterns_of_the_options_reach_the_groups()
    {
        var search = new SubnetworkSearch(
            _graph, new() { Target = 0.3, Ignore = ["conv0"], MaximumPrunedOf = ["conv1=0.5"] });
        Assert.Equal(
            ["ignored by pattern 'conv0'", null],
            search.Coupling.Groups.Where(group => group.Name is "conv0" or "conv1").Select(
                group => group.FrozenReason));
        // 4 + 4 x 4 + 4 x 2 = 28 of 40 stay.
        var partition = search.Find(_parameters);
        Assert.Equal(0.3, partition.Removed, 1e-12);
        Assert.Equal(4, partition.Subnetwork.Kept[search.Coupling.Position("conv1")].Length);
        Assert.Throws<OcsInputException>(() => new SubnetworkSearch(_graph, new() { MaximumPrunedOf = ["conv9=0.5"] }));
        Assert.Throws<OcsInputException>(
            () => new SubnetworkSearch(_graph, new() { Target = 0.5, Only = ["conv0"] }).Find(_parameters));
    }

    // 4 + 4 x 6 + 6 x 2 = 40. With a quarter of each width 1 + 1 x 2 + 2 x 2 = 7 are left.
    [Theory]
    [InlineData(0.8, 0.9, 0.75)]
    [InlineData(0.85, 0.9, 0.9)]
    [InlineData(0.5, 0.6, 0.6)]
    public void A_global_ranking_instead_of_another_has_the_programs_limit_if_the_target_allows_it(
        double target, double maximum, double expected)
    {
        var search = new SubnetworkSearch(
            _graph, new() { Target = target, MaximumPruned = maximum, RoundTo = 1, Ranking = Ranking.Auto });
        Assert.Equal(Ranking.Isomorphic, search.Options.Ranking);
        var global = search.With(Ranking.Global);
        Assert.Equal((Ranking.Global, expected), (global.Options.Ranking, global.Options.MaximumPruned));
        Assert.InRange(global.Find(_parameters).Removed, target, 1);
    }

    [Fact]
    public void The_seed_reaches_the_random_criterion()
    {
        var kept = Enumerable.Range(0, 8).Select(seed => string.Join(' ', new SubnetworkSearch(
            _graph, new() { Saliency = SaliencyKind.Random, SaliencySeed = (ulong)seed })
                .Find(_parameters).Subnetwork.Kept.SelectMany(channels => channels)));
        Assert.True(kept.Distinct().Count() > 1);
    }
}

using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;

namespace Ocs.Pruning.Tests.Search;

public sealed class PruningLimitsTests
{
    private static readonly double[] Ascending = [.. Enumerable.Range(0, 10).Select(channel => (double)channel)];

    // 1 x 10 + 10 x 2: each channel is a tenth of the MACs.
    private readonly CouplingGraph _tenths = CouplingGraph.Build(Networks.Chain(2, 10));

    [Fact]
    public void A_group_keeps_the_least_number_of_channels()
    {
        var limits = new PruningLimits { MinimumChannels = 4 };
        Assert.Equal([0, 1, 2, 3, 4, 5], Pruned(0.6, limits));
        var error = Assert.Throws<OcsInputException>(() => Pruned(0.61, limits));
        Assert.EndsWith(
            "lower the target or raise `MaximumPruned` or lower `MinimumChannels`.", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Kept_channels_are_rounded_up_until_the_target_is_met()
    {
        // 10, 8 or 4 channels.
        var limits = new PruningLimits { RoundTo = 4 };
        Assert.Equal([0, 1], Pruned(0.05, limits));
        Assert.Equal([0, 1], Pruned(0.2, limits));
        Assert.Equal([0, 1, 2, 3, 4, 5], Pruned(0.21, limits));
        Assert.Throws<OcsInputException>(() => Pruned(0.61, limits));
        Assert.Equal(
            $"the nearest that ranked channels reach is {0.6:P2} of the MACs, or {0.2:P2}: groups keep multiples of 4, "
                + "and one multiple more would miss the target.",
            Search(0.21, limits).Note);
    }

    [Fact]
    public void A_pattern_limits_the_groups_whose_channels_its_layers_make()
    {
        // conv1 reads conv0's channels and makes its own: the pattern means those.
        var coupling = CouplingGraph.Build(Networks.Chain(2, 4, 6));
        var limits = new PruningLimits
        {
            MaximumPruned = 0.25,
            MaximumPrunedOf = [new("conv1", 0.5), new("*1.weight", 0.75)],
        };
        var partition = ClassRanking.Global.Search(
            coupling.Groups,
            coupling.Saliency(("conv0", [1, 2, 3, 4]), ("conv1", [1, 2, 3, 4, 5, 6])),
            ResourceConstraint.Macs(coupling),
            0.5,
            limits);
        // 3 x 1 + 3 x 3 + 3 x 2 = 18 of 40 stay.
        Assert.Equal([0], partition.Subnetwork.PrunedOf(coupling.Position("conv0")));
        Assert.Equal([0, 1, 2], partition.Subnetwork.PrunedOf(coupling.Position("conv1")));
    }

    [Theory]
    [InlineData("layer1.*=0.5", "layer1.*", 0.5)]
    [InlineData("fc=1", "fc", 1)]
    public void A_limit_of_layers_is_a_pattern_and_a_fraction(string text, string pattern, double maximum) =>
        Assert.Equal(new(pattern, maximum), PatternLimit.Parse(text));

    [Theory]
    [InlineData("layer1")]
    [InlineData("=0.5")]
    [InlineData("fc=0")]
    [InlineData("fc=1.5")]
    [InlineData("fc=half")]
    public void Another_form_is_an_error(string text) =>
        Assert.Throws<OcsInputException>(() => PatternLimit.Parse(text));

    private IEnumerable<int> Pruned(double target, PruningLimits limits) =>
        Search(target, limits).Subnetwork.PrunedOf(_tenths.Position("conv0"));

    private Partition Search(double target, PruningLimits limits) => ClassRanking.Global.Search(
        _tenths.Groups, _tenths.Saliency(("conv0", Ascending)), ResourceConstraint.Macs(_tenths), target, limits);
}

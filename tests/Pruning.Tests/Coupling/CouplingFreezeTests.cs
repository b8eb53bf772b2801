using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;

namespace Ocs.Pruning.Tests.Coupling;

/// <summary>Groups that a person names by pattern.</summary>
public sealed class CouplingFreezeTests
{
    // A layer's channels are columns of the next one.
    private readonly CouplingGraph _chain = CouplingGraph.Build(Networks.Chain(2, 4, 6, 3));

    [Fact]
    public void A_group_with_slices_in_an_ignored_parameter_says_so()
    {
        var frozen = _chain.Freeze(["conv1.weight"], []);
        Assert.Equal("ignored by pattern 'conv1.weight'", ReasonOf(frozen, "conv0"));
        Assert.Equal("ignored by pattern 'conv1.weight'", ReasonOf(frozen, "conv1"));
        Assert.Null(ReasonOf(frozen, "conv2"));
        Assert.Equal("output of the network", ReasonOf(frozen, "fc"));
    }

    [Theory]
    [InlineData("fc", "conv2")]
    [InlineData("f?", "conv2")]
    [InlineData("*c.w*", "conv2")]
    [InlineData("conv*", "conv0 conv1 conv2")]
    [InlineData("conv?.weight", "conv0 conv1 conv2")]
    [InlineData("*", "conv0 conv1 conv2")]
    public void Patterns_name_parameters_or_the_layers_above_them(string pattern, string ignored)
    {
        var groups = _chain.Freeze([pattern], []).Groups.Where(
            group => group.FrozenReason == $"ignored by pattern '{pattern}'");
        Assert.Equal(ignored, string.Join(' ', groups.Select(group => group.Name)));
    }

    [Fact]
    public void A_group_with_slices_outside_of_the_scope_says_so()
    {
        var frozen = _chain.Freeze([], ["conv0", "conv1"]);
        Assert.Null(ReasonOf(frozen, "conv0"));
        Assert.Equal("conv2.weight is outside of 'conv0', 'conv1'", ReasonOf(frozen, "conv1"));
        Assert.Equal("conv2.weight is outside of 'conv0', 'conv1'", ReasonOf(frozen, "conv2"));
    }

    [Fact]
    public void What_is_not_frozen_is_cut_as_before()
    {
        var frozen = _chain.Freeze(["fc"], []);
        var subnetwork = frozen.Without(("conv0", [1]), ("conv1", [0, 2]));
        Assert.Equal(
            CutPlan.Create(_chain, subnetwork).After.ToString(),
            CutPlan.Create(frozen, subnetwork).After.ToString());
    }

    [Fact]
    public void A_pattern_that_names_nothing_is_an_error_with_the_nearest_name()
    {
        var error = Assert.Throws<OcsInputException>(() => _chain.Freeze(["cov1"], []));
        Assert.Equal(
            "The pattern 'cov1' names no parameter of chain; did you mean 'conv1'? `Graph.Parameters` lists them.",
            error.Message);
        Assert.Throws<OcsInputException>(() => _chain.Freeze([], ["conv"]));
    }

    private static string? ReasonOf(CouplingGraph coupling, string group) =>
        coupling.Groups[coupling.Position(group)].FrozenReason;
}

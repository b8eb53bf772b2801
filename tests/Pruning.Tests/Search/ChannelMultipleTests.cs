using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;

namespace Ocs.Pruning.Tests.Search;

/// <summary>Widths that run fast, where nobody says which.</summary>
public sealed class ChannelMultipleTests
{
    [Theory]
    [InlineData(3, 1)]
    [InlineData(8, 2)]
    [InlineData(15, 2)]
    [InlineData(16, 8)]
    [InlineData(24, 8)]
    [InlineData(32, 16)]
    [InlineData(63, 16)]
    [InlineData(64, 16)]
    [InlineData(1280, 16)]
    public void A_group_has_some_widths_to_choose_from(int channels, int multiple) =>
        Assert.Equal(multiple, ChannelMultiple.Of(Groups(channels).Single(group => group.IsPrunable)));

    [Theory]
    [InlineData(12, 64, 1)]
    [InlineData(6, 8, 2)]
    [InlineData(3, 32, 1)]
    [InlineData(4, 4, 2)]
    public void A_head_fills_as_many_lanes_as_it_has_indices(int heads, int indices, int multiple)
    {
        var group = Groups(heads).Single(group => group.IsPrunable);
        var wide =
            group with { Members = [.. group.Members.Select(member => member with { IndicesPerChannel = indices })] };

        Assert.Equal(multiple, ChannelMultiple.Of(wide));
    }

    [Fact]
    public void Groups_keep_multiples_of_their_own()
    {
        var coupling = CouplingGraph.Build(Networks.Chain(2, 16, 64, 40));
        var limits = new PruningLimits { RoundTo = null };
        int[] kept = [.. coupling.Groups.Where(group => group.IsPrunable).Select(group => limits.Rounded(group, 17))];
        Assert.Equal([16, 32, 32], kept);
    }

    private static IEnumerable<Group> Groups(int channels) => CouplingGraph.Build(Networks.Chain(2, channels)).Groups;
}

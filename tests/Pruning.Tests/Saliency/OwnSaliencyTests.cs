using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Saliency;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Pruning.Tests.Saliency;

/// <summary>Criteria of the user's own.</summary>
[NoTensorLeaks]
public sealed class OwnSaliencyTests
{
    [Theory]
    [InlineData(SaliencyScope.Group)]
    [InlineData(SaliencyScope.SingleLayer)]
    public void One_that_computes_eq_2_keeps_the_channels_of_eq_2(SaliencyScope scope)
    {
        using var network = Network.Initialize(Models.Build("cifar_resnet20"), seed: 5);
        using var expected = network.Prune(new() { Saliency = SaliencyKind.Norm, Scope = scope });
        using var own = network.Prune(new() { CustomSaliency = new ByEq2(), Scope = scope });

        Assert.True(own.Gate.Passed);
        Assert.Equal(
            expected.Record.Groups.Select(group => group.Kept.AsEnumerable()),
            own.Record.Groups.Select(group => group.Kept.AsEnumerable()));
    }

    [Fact]
    public void Known_scores_keep_the_channels_that_they_say()
    {
        using var network = Network.Initialize(Networks.Chain(2, 4, 6), seed: 1);

        // 1 x 4 + 4 x 6 + 6 x 2 = 40 MACs; without channels 0, 2 of conv0 and 1, 5 of conv1: 2 + 2 x 4 + 4 x 2 = 18.
        var scores = new Known(("conv0", [1, 8, 2, 9]), ("conv1", [7, 3, 6, 5, 10, 4]));
        using var cut = network.Prune(new() { Target = 0.55, CustomSaliency = scores, Ranking = Ranking.Global });

        Assert.Equal([1, 3], KeptOf("conv0", cut.Record));
        Assert.Equal([0, 2, 3, 4], KeptOf("conv1", cut.Record));
        Assert.Equal(18, cut.Network.Macs);
        Assert.StartsWith(
            "saliency: known\nranking: global\nresource: macs\n", cut.Record.Options, StringComparison.Ordinal);
    }

    [Fact]
    public void The_one_cycle_cuts_by_it()
    {
        using var cycle = new OneCycle(
            Network.Initialize(Networks.Chain(2, 4, 6), seed: 1),
            OneCycleOptions.Paper with
            {
                Target = 0.55,
                SparsityStartEpoch = 0,
                LatestCutEpoch = 1,
                CustomSaliency = new Known(("conv0", [1, 8, 2, 9]), ("conv1", [7, 3, 6, 5, 10, 4])),
            },
            epochs: 3);
        using var probe = Tensor.Ones([2, 1, 1, 1]);
        cycle.BeginEpoch(0, [probe]);
        cycle.BeginEpoch(1, [probe]);

        Assert.True(cycle.Gate!.Passed);
        Assert.Equal([1, 3], KeptOf("conv0", cycle.Network.Record!));
        Assert.Equal([0, 2, 3, 4], KeptOf("conv1", cycle.Network.Record!));
        Assert.Contains("saliency: known\n", cycle.Network.Record!.Options, StringComparison.Ordinal);
    }

    [Fact]
    public void A_slice_has_the_values_that_lie_at_the_indices_of_its_channel()
    {
        var graph = Networks.Flattened();
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        parameters.Set("conv.weight", 0, 1, 2, 3, 4, 5);
        parameters.Set("fc.weight", [.. Enumerable.Range(100, 24).Select(value => (float)value)]);
        var group = CouplingGraph.Build(graph).Groups.Single(group => group.Name == "conv");
        var slices = new GroupSlices(group, group.Members, parameters);

        // conv.weight is [3, 2, 1, 1], cut by rows; fc.weight [2, 12], of which 4 columns are a channel's.
        Assert.Equal([2, 3], slices.ValuesOf(Member("conv.weight"), 1));
        Assert.Equal([104, 105, 106, 107, 116, 117, 118, 119], slices.ValuesOf(Member("fc.weight"), 1));

        GroupMember Member(string parameter) => group.Members.Single(member => member.Parameter == parameter);
    }

    [Fact]
    public void Scores_that_fit_no_group_are_refused()
    {
        using var network = Network.Initialize(Networks.Chain(2, 4, 6), seed: 1);
        Assert.Equal(
            "Saliency 'known' gave 3 scores for group 'conv0', which has 4 channels; it must give one for each.",
            ErrorOf(new Known(("conv0", [1, 2, 3]), ("conv1", [1, 2, 3, 4, 5, 6]))));
        Assert.Equal(
            "Saliency 'known' gave a channel of group 'conv1' a score that is no number; "
            + "no channel can be ranked by that.",
            ErrorOf(new Known(("conv0", [1, 2, 3, 4]), ("conv1", [1, 2, double.NaN, 4, 5, 6]))));
        Assert.StartsWith(
            "Saliency 'nothing' scored 0 groups, but 2 were given;", ErrorOf(new Nothing()), StringComparison.Ordinal);

        string ErrorOf(ISaliency saliency) =>
            Assert.Throws<OcsInputException>(
                () => network.Prune(new() { CustomSaliency = saliency }).Dispose()).Message;
    }

    private static int[] KeptOf(string group, PruningRecord record) =>
        [.. record.Groups.Single(other => other.Name == group).Kept];

    private sealed class ByEq2 : ISaliency
    {
        public string Name => "eq-2";

        public IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups) => groups.Select(group =>
            group.MeanOverMembers((member, channel) =>
            {
                var values = group.ValuesOf(member, channel);
                return Math.Sqrt(values.Sum(value => (double)value * value)) / Math.Sqrt(values.Length);
            }));
    }

    private sealed class Known(params (string Group, double[] Scores)[] scores) : ISaliency
    {
        public string Name => "known";

        public IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups) =>
            groups.Select(slices => scores.Single(pair => pair.Group == slices.Group.Name).Scores);
    }

    private sealed class Nothing : ISaliency
    {
        public string Name => "nothing";

        public IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups) => [];
    }
}

using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Saliency;
using Ocs.Torch;

namespace Ocs.Pruning.Tests.Saliency;

/// <summary>
/// Every criterion by hand, on a convolution of 3 channels with batch norm whose positions are 4 columns a channel
/// each.
/// </summary>
[NoTensorLeaks]
public sealed class CriteriaTests : IDisposable
{
    private readonly Graph _graph = Networks.Flattened();
    private readonly CouplingGraph _coupling;
    private readonly ParameterTable _parameters;

    public CriteriaTests()
    {
        _coupling = CouplingGraph.Build(_graph);
        _parameters = ParameterTable.Initialize(_graph, seed: 1);
        // Rows (3, -4), (0, 0), (3, 0); norm weights -2, 1, 0.5; columns of each channel in each of two rows.
        _parameters.Set("conv.weight", 3, -4, 0, 0, 3, 0);
        _parameters.Set("conv.bias", 100, 100, 100);
        _parameters.Set("bn.weight", -2, 1, 0.5f);
        _parameters.Set(
            "fc.weight", 1, 1, 0, 0, /**/ 0, 0, 0, 2, /**/ 0, 0, 0, 0, /* second row */ 0,
            0, -1, -1, /**/ 0, 0, 0, 0, /**/ 0, 4, 0, 0);
    }

    public void Dispose() => _parameters.Dispose();

    [Fact]
    public void The_l1_norm_is_the_mean_magnitude_of_each_slice()
    {
        // Slices of 2, 1 and 8 elements.
        Expect(
            [(7.0 / 2 + 2 + 4.0 / 8) / 3, (0 + 1 + 2.0 / 8) / 3, (3.0 / 2 + 0.5 + 4.0 / 8) / 3],
            Score(SaliencyKind.L1Norm));
        Expect([3.5, 0, 1.5], Score(SaliencyKind.L1Norm, SaliencyScope.SingleLayer));
    }

    [Fact]
    public void The_batch_norm_scale_is_the_magnitude_of_gamma()
    {
        Expect([2, 1, 0.5], Score(SaliencyKind.BatchNormScale));
        Expect([2, 1, 0.5], Score(SaliencyKind.BatchNormScale, SaliencyScope.SingleLayer));
    }

    [Fact]
    public void The_batch_norm_scale_is_the_mean_over_the_norms_of_a_group()
    {
        var g = new GraphBuilder("residual");
        var x = g.BatchNorm2d("bn0", g.Conv2d("stem", g.Input("input", 1, 1, 1), 2, 1));
        var y = g.BatchNorm2d("bn1", g.Conv2d("branch", x, 2, 1));
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", g.Add("add", x, y)), 2));
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        parameters.Set("bn0.weight", -3, 1);
        parameters.Set("bn1.weight", 1, -2);
        var groups = CouplingGraph.Build(graph).Groups;

        Expect([2, 1.5], Only(GroupSaliency.Compute(groups, parameters, SaliencyKind.BatchNormScale)));
        Expect(
            [3, 1],
            Only(GroupSaliency.Compute(groups, parameters, SaliencyKind.BatchNormScale, SaliencyScope.SingleLayer)));
    }

    [Fact]
    public void A_group_without_a_norm_has_no_batch_norm_scale()
    {
        var graph = Networks.Chain(2, 4);
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        var error = Assert.Throws<OcsInputException>(
            () => GroupSaliency.Compute(CouplingGraph.Build(graph).Groups, parameters, SaliencyKind.BatchNormScale));
        Assert.Equal(
            "Group 'conv0' has no norm weight, so it cannot be ranked by that; "
            + "ignore the group or choose another criterion.",
            error.Message);
    }

    [Fact]
    public void Taylor_is_the_squared_sum_of_weight_times_gradient()
    {
        SetGradient("conv.weight", [3, 2], 1, 2, 5, 5, -1, 7);
        SetGradient("bn.weight", [3], 0.5f, -3, 4);
        SetGradient("fc.weight", [2, 12], 1, 2, 9, 9, /**/ 9, 9, 9, 0.5f, /**/ 9, 9, 9,
            9, /**/ 9, 9, 1, 1, /**/ 9, 9, 9, 9, /**/ 9, -0.5f, 9, 9);
        // Rows 3 - 8, 0 and -3; norms -1, -3 and 2; columns 1 + 2 - 1 - 1, 1 and -2.
        Expect([(25 + 1 + 1) / 3.0, (0 + 9 + 1) / 3.0, (9 + 4 + 4) / 3.0], Score(SaliencyKind.Taylor));
        Expect([25, 0, 9], Score(SaliencyKind.Taylor, SaliencyScope.SingleLayer));
    }

    [Fact]
    public void Taylor_without_gradients_says_what_is_missing()
    {
        var error = Assert.Throws<OcsInputException>(() => Score(SaliencyKind.Taylor));
        Assert.Equal(
            "Parameter 'conv.weight' has no gradient, which the criterion taylor multiplies weights with; "
            + "run backward on training data before ranking.",
            error.Message);
    }

    [Theory]
    [InlineData(SaliencyScope.Group)]
    [InlineData(SaliencyScope.SingleLayer)]
    public void Fpgm_is_the_sum_of_distances_to_the_other_filters(SaliencyScope scope) =>
        // (3, -4) to (0, 0) is 5, to (3, 0) 4; (0, 0) to (3, 0) is 3.
        Expect([9, 8, 7], Score(SaliencyKind.Fpgm, scope));

    [Fact]
    public void Fpgm_is_the_mean_over_the_layers_that_make_a_groups_channels()
    {
        var g = new GraphBuilder("residual");
        var x = g.Conv2d("stem", g.Input("input", 1, 1, 1), 2, 1);
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", g.Add("add", x, g.Conv2d("branch", x, 2, 1))), 2));
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        parameters.Set("stem.weight", 1, 3);
        parameters.Set("branch.weight", 0, 0, 3, 4);
        var groups = CouplingGraph.Build(graph).Groups;

        Expect([3.5, 3.5], Only(GroupSaliency.Compute(groups, parameters, SaliencyKind.Fpgm)));
        Expect([2, 2], Only(GroupSaliency.Compute(groups, parameters, SaliencyKind.Fpgm, SaliencyScope.SingleLayer)));
    }

    [Fact]
    public void Lamp_is_the_squared_norm_relative_to_what_ranks_at_least_as_high()
    {
        // Squared norms 25 + 4 + 4 = 33, 0 + 1 + 4 = 5 and 9 + 0.25 + 16 = 25.25.
        Expect([1, 5 / 63.25, 25.25 / 58.25], Score(SaliencyKind.Lamp));
        Expect([1, 0, 9 / 34.0], Score(SaliencyKind.Lamp, SaliencyScope.SingleLayer));
    }

    [Fact]
    public void Lamp_treats_equals_alike()
    {
        _parameters.Set("conv.weight", 3, 0, 0, 3, 0, -3);
        Expect([1 / 3.0, 1 / 3.0, 1 / 3.0], Score(SaliencyKind.Lamp, SaliencyScope.SingleLayer));
    }

    [Fact]
    public void Random_is_a_function_of_the_seed()
    {
        var groups = CouplingGraph.Build(Networks.Chain(2, 200, 200)).Groups;
        var first = GroupSaliency.Compute(groups, _parameters, SaliencyKind.Random, seed: 3);
        Assert.Equal(
            first.AsEnumerable(),
            GroupSaliency.Compute(groups, _parameters, SaliencyKind.Random, SaliencyScope.SingleLayer, seed: 3));
        Assert.NotEqual(first.AsEnumerable(), GroupSaliency.Compute(groups, _parameters, SaliencyKind.Random, seed: 4));
        var scores = first.SelectMany(channels => channels).ToList();
        Assert.Equal(400, scores.Distinct().Count());
        Assert.All(scores, score => Assert.InRange(score, 0, 1));
        // Six standard deviations of the mean of 400 uniform numbers.
        Assert.InRange(scores.Average(), 0.5 - 6 * 0.0145, 0.5 + 6 * 0.0145);
    }

    [Theory]
    [InlineData(SaliencyKind.Norm)]
    [InlineData(SaliencyKind.SquaredNorm)]
    [InlineData(SaliencyKind.L1Norm)]
    [InlineData(SaliencyKind.BatchNormScale)]
    [InlineData(SaliencyKind.Fpgm)]
    [InlineData(SaliencyKind.Lamp)]
    public void Groups_that_may_not_be_cut_have_no_saliency(SaliencyKind kind)
    {
        var saliency = GroupSaliency.Compute(_coupling.Groups, _parameters, kind);
        Assert.Equal(
            _coupling.Groups.Select(group => group.IsPrunable ? group.Channels : 0),
            saliency.Select(channels => channels.Length));
    }

    private double[] Score(SaliencyKind kind, SaliencyScope scope = SaliencyScope.Group) =>
        Only(GroupSaliency.Compute(_coupling.Groups, _parameters, kind, scope));

    private static double[] Only(IEnumerable<double[]> saliency) => saliency.Single(channels => channels.Length > 0);

    private static void Expect(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    private void SetGradient(string parameter, long[] shape, params ReadOnlySpan<float> values)
    {
        using var gradient = Tensor.FromArray<float>(
            values, [.. shape, .. Enumerable.Repeat(1L, _parameters[parameter].Rank - shape.Length)]);
        _parameters[parameter].SetGradient(gradient);
    }
}

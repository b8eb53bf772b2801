using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Pruning.Tests.Surgery;

/// <summary>
/// Functions of each element, reductions and neighbouring norms tie channels: a cut through each is proven, also where
/// the function of 0 is not 0.
/// </summary>
[NoTensorLeaks]
public sealed class ElementwiseCutTests
{
    private delegate Value Body(GraphBuilder g, Value x);

    public static TheoryData<ElementwiseKind> Functions => [.. Enum.GetValues<ElementwiseKind>()];

    public static TheoryData<ReduceKind> Reductions => [.. Enum.GetValues<ReduceKind>()];

    [Theory]
    [MemberData(nameof(Functions))]
    public void A_cut_through_a_function_is_proven(ElementwiseKind kind) =>
        AssertCut((g, x) => g.Add("function", new Elementwise(kind, 0.4), [Inside(g, x, kind)], []));

    [Theory]
    [MemberData(nameof(Reductions))]
    public void A_cut_before_a_reduction_of_positions_is_proven(ReduceKind kind) =>
        AssertCut((g, x) => g.Reduce("reduction", Inside(g, x, default), kind, [2, 3], keepDimensions: true));

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void A_cut_through_a_norm_over_neighbours_is_proven(int size) =>
        AssertCut((g, x) => g.Add("norm", new LocalResponseNorm(size, 0.5), [x], []));

    [Fact]
    public void A_power_below_zero_is_proven() =>
        AssertCut((g, x) => g.Add(
            "function", new Elementwise(ElementwiseKind.Power, -0.5), [g.Add("square", new Elementwise(
                ElementwiseKind.Power, 2), [x], [])], []));

    [Theory]
    [InlineData(ComparisonKind.Equal)]
    [InlineData(ComparisonKind.Greater)]
    [InlineData(ComparisonKind.GreaterOrEqual)]
    [InlineData(ComparisonKind.Less)]
    [InlineData(ComparisonKind.LessOrEqual)]
    public void A_cut_through_a_choice_by_a_comparison_is_proven(ComparisonKind kind) =>
        AssertCut((g, x) => g.Add(
            "choice", new Where(Otherwise: -2),
            [
                g.Add("asked", new Comparison(kind), [x, g.AdaptiveAveragePool2d("mean", x, 1)], []),
                g.Activation("tanh", x, ActivationKind.Tanh),
            ], []));

    [Fact]
    public void A_cut_before_places_along_a_row_is_proven() =>
        AssertCut((g, x) => g.Add(
            "gathered", new GatherElements(3),
            [
                g.Add("sums", new CumulativeSum(2), [x], []),
                g.Add("best", new TopK(2, 3, GivesPlaces: true), [g.Add("bounds", new Clamp(-0.4, 0.7), [x], [])], []),
            ], []));

    [Fact]
    public void A_cut_of_images_that_are_sampled_and_of_what_says_where_is_proven() =>
        AssertCut((g, x) => g.Add(
            "sampled", new GridSample(),
            [
                x,
                g.Permute("places", g.Activation("inside", g.Conv2d("grid", g.Conv2d("wide", x, 5, 1), 2, 1),
                    ActivationKind.Tanh), 0, 2, 3, 1),
            ], []));

    [Fact]
    public void A_cut_before_the_place_of_the_largest_is_proven() =>
        AssertCut((g, x) => g.Add("place", new ArgMax(2, KeepDimension: true), [x], []));

    // 0.05 to 0.95, where every function has a value, and above 1 for one.
    private static Value Inside(GraphBuilder g, Value x, ElementwiseKind kind) => g.Affine(
        "inside",
        g.Activation("share", x, ActivationKind.Sigmoid), [0.9], [kind == ElementwiseKind.Acosh ? 1.05 : 0.05]);

    private static void AssertCut(Body body)
    {
        var g = new GraphBuilder("cut");
        var x = g.Input("input", 3, 6, 6);
        x = g.Conv2d("first", x, 12, 3, bias: true, initialization: Initialization.Normal(1));
        x = g.Conv2d("second", body(g, x), 8, 1, bias: true, initialization: Initialization.Normal(1));
        using var network = Network.Initialize(g.Build(x), seed: 4);

        using var cut = network.Prune(new PruneOptions { Target = 0.5, TargetTolerance = null });

        Assert.True(cut.Gate.Passed);
        Assert.InRange(cut.Network.Graph.Parameter("first.weight").Shape[0], 1, 11);
    }
}

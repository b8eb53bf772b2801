using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>Comparisons, choices by them, bounds, and places of elements, by hand.</summary>
[NoTensorLeaks]
public sealed class ChoiceTests
{
    private static readonly float[] Row = [3, -1, 2, 3, -1, 0];

    [Theory]
    [InlineData(ComparisonKind.Equal, 0, 0, 1, 0, 0, 0)]
    [InlineData(ComparisonKind.Greater, 1, 0, 0, 1, 0, 0)]
    [InlineData(ComparisonKind.GreaterOrEqual, 1, 0, 1, 1, 0, 0)]
    [InlineData(ComparisonKind.Less, 0, 1, 0, 0, 1, 1)]
    [InlineData(ComparisonKind.LessOrEqual, 0, 1, 1, 0, 1, 1)]
    public void A_comparison_is_1_where_it_holds(ComparisonKind kind, params int[] expected) => Assert.Equal(
        expected.Select(number => (float)number),
        Probe.Run(new Comparison(kind), [(Row, [1, 6]), ([2], [1, 1])]));

    [Fact]
    public void A_choice_takes_the_first_where_the_condition_is_not_0()
    {
        float[] condition = [1, 0, -2, 0, 0, 1];

        Assert.Equal(
            [3, 7, 2, 7, 7, 0], Probe.Run(new Where(), [(condition, [1, 6]), (Row, [1, 6]), ([7], [1, 1])]));
        Assert.Equal([3, -9, 2, -9, -9, 0], Probe.Run(new Where(Otherwise: -9), [(condition, [1, 6]), (Row, [1, 6])]));
        Assert.Equal([5, -1, 5, 3, -1, 5], Probe.Run(new Where(Chosen: 5), [(condition, [1, 6]), (Row, [1, 6])]));
        Assert.Equal([5, 4, 5, 4, 4, 5], Probe.Run(new Where(5, 4), [(condition, [1, 6])]));
    }

    [Fact]
    public void Of_equal_elements_the_first_counts_unless_the_last_is_asked_for()
    {
        Assert.Equal([3, 3, 2], Probe.Run(new TopK(3, 1), [(Row, [1, 6])]));
        Assert.Equal([0, 3, 2], Probe.Run(new TopK(3, 1, GivesPlaces: true), [(Row, [1, 6])]));
        Assert.Equal([1, 4], Probe.Run(new TopK(2, 1, IsSmallest: true, GivesPlaces: true), [(Row, [1, 6])]));
        Assert.Equal([0], Probe.Run(new ArgMax(1), [(Row, [1, 6])]));
        Assert.Equal([3], Probe.Run(new ArgMax(1, TakesLast: true), [(Row, [1, 6])]));
        Assert.Equal([4], Probe.Run(new ArgMax(1, IsSmallest: true, TakesLast: true), [(Row, [1, 6])]));
    }

    [Fact]
    public void Elements_are_gathered_by_places_also_from_the_end() => Assert.Equal(
        [2, 0, 3], Probe.Run(new GatherElements(1), [(Row, [1, 6]), ([2, -1, -3], [1, 3])]));

    [Theory]
    [InlineData(false, false, 3, 2, 4, 7, 6, 6)]
    [InlineData(true, false, 0, 3, 2, 4, 7, 6)]
    [InlineData(false, true, 6, 3, 4, 2, -1, 0)]
    [InlineData(true, true, 3, 4, 2, -1, 0, 0)]
    public void Sums_run_along_a_dimension(bool exclusive, bool reverse, params int[] expected) => Assert.Equal(
        expected.Select(number => (float)number),
        Probe.Run(new CumulativeSum(1, exclusive, reverse), [(Row, [1, 6])]));

    [Fact]
    public void Bounds_cut_off() =>
        Assert.Equal([2.5f, -0.5f, 2, 2.5f, -0.5f, 0], Probe.Run(new Clamp(-0.5, 2.5), [(Row, [1, 6])]));

    [Fact]
    public void A_gradient_goes_through_what_is_chosen_and_not_through_the_condition()
    {
        using var x = Tensor.FromArray<float>(Row, [1, 6]);
        x.RequiresGrad = true;
        using var zero = Tensor.FromArray<float>([0], [1, 1]);
        using var condition = new Comparison(ComparisonKind.Greater).Run(new([x, zero], [], true, false));
        using var chosen = new Where(Otherwise: -4).Run(new([condition, x], [], true, false));
        using var sum = Aten.Sum(chosen);
        Autograd.Backward(sum);
        using var gradient = x.GetGradient();

        Assert.False(condition.RequiresGrad);
        Assert.Equal([1, 0, 1, 1, 0, 0], gradient!.ToArray<float>());
    }

    [Fact]
    public void Weights_behind_places_alone_get_none()
    {
        var g = new GraphBuilder("places");
        var x = g.Conv2d("first", g.Input("input", 3, 6, 6), 4, 3, bias: false);
        var best = g.Add("best", new ArgMax(1, KeepDimension: true), [x], []);
        var graph = g.Build(g.Conv2d("second", best, 2, 1, bias: false));

        Assert.Equal(["second.weight"], graph.ParametersWithGradient());
    }

    [Fact]
    public void Every_dimension_is_tied_but_the_one_that_must_keep_its_size()
    {
        var shape = Probe.Shape(1, 2, 3);

        Probe.AssertTied(
            Probe.Couple(new Where(), Probe.Shapes(new Where(), [shape, shape, shape])).Ties, "in0.1[0]~out.1[0]",
            "in1.1[1]~out.1[1]", "in2.2[2]~out.2[2]");
        Assert.DoesNotContain(
            Probe.Couple(new CumulativeSum(1), Probe.Shapes(new CumulativeSum(1), [shape])).Ties,
            tie => tie.Contains(".1[", StringComparison.Ordinal));
    }

    [Fact]
    public void What_does_not_fit_is_told()
    {
        var shape = Probe.Shape(1, 2, 3);

        Assert.Contains("cannot compare [1, 2, 3] and [1, 2, 2]", Probe.Error(
            new Comparison(ComparisonKind.Less), [shape, Probe.Shape(1, 2, 2)]), StringComparison.Ordinal);
        Assert.Contains("are not finite", Probe.Error(new Where(double.NaN), [shape, shape]), StringComparison.Ordinal);
        Assert.Contains("takes 4 of dimension 2", Probe.Error(new TopK(4, 2), [shape]), StringComparison.Ordinal);
        Assert.Contains("dimension 0", Probe.Error(new ArgMax(0), [shape]), StringComparison.Ordinal);
        Assert.Contains("dimension 3", Probe.Error(new CumulativeSum(3), [shape]), StringComparison.Ordinal);
        Assert.Contains("cannot gather", Probe.Error(
            new GatherElements(2), [shape, Probe.Shape(1, 3, 1)]), StringComparison.Ordinal);
        Assert.Contains("is not below", Probe.Error(new Clamp(2, 1), [shape]), StringComparison.Ordinal);
    }
}

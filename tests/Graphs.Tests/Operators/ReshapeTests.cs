using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>Reshape, Permute and Select.</summary>
[NoTensorLeaks]
public sealed class ReshapeTests
{
    [Fact]
    public void A_reshape_keeps_the_number_of_elements()
    {
        Assert.Equal([1, 4, 2, 3], Probe.Shapes(new Reshape([1, 4, 2, 3]), [[1, 4, 6]]).Output.ToArray());
        Assert.Equal(
            "Node 'node': [1, 4, 6] cannot be reshaped to [1, 4, 5].",
            Probe.Error(new Reshape([1, 4, 5]), [[1, 4, 6]]));
        Assert.Equal(
            "Node 'node': [1, 4, 6] cannot be reshaped to [1, -4, -6].",
            Probe.Error(new Reshape([1, -4, -6]), [[1, 4, 6]]));
        Assert.Equal(
            "Node 'node': [1, 4, 6] cannot be reshaped to [].",
            Probe.Error(new Reshape(default), [[1, 4, 6]]));
        Assert.Equal("Reshape(1x4x2x3, SameInner)", new Reshape([1, 4, 2, 3], SplitPolicy.SameInner).ToString());
    }

    [Fact]
    public void Any_batch_runs_through_a_merge_with_it_and_back()
    {
        // Two windows of two positions in each sample: [N, 2, 2] -> [2N, 2] -> [N, 4].
        float[] values = [.. Enumerable.Range(0, 12).Select(i => (float)i)];
        using var x = Torch.Tensor.FromArray<float>(values, [3, 2, 2]);
        using var windows = new Reshape([2, 2]).Run(new([x], [], training: false, inPlace: false));
        Assert.Equal([6, 2], windows.Shape.ToArray());
        using var back = new Reshape([1, 4]).Run(new([windows], [], training: false, inPlace: false));
        Assert.Equal([3, 4], back.Shape.ToArray());
        Assert.Equal(values, back.ToArray<float>());
    }

    [Fact]
    public void Splitting_heads_ties_each_head_to_its_channels_and_keeps_their_width()
    {
        var op = new Reshape([1, 5, 2, 3]);
        var shapes = Probe.Shapes(op, [[1, 5, 6]]);
        var coupling = Probe.Couple(op, shapes);
        Assert.Equal(
            ["in0.2[0]~out.2[0]", "in0.2[1]~out.2[0]", "in0.2[2]~out.2[0]", "in0.2[3]~out.2[1]",
                "in0.2[4]~out.2[1]", "in0.2[5]~out.2[1]"],
            coupling.Ties.Where(tie => tie.Contains(".2[", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains("in0.1[4]~out.1[4]", coupling.Ties);
        Assert.Equal([(Axis.Output(3), "leaves with whole outer indices only")], coupling.Frozen);
        var cut = (Reshape)op.Cut(new FakeCut(shapes, (Axis.Output(2), [1])));
        Assert.Equal([1, 5, 1, 3], cut.Shape.ToArray());
    }

    [Fact]
    public void Splitting_by_the_same_inner_index_ties_it_in_every_head()
    {
        var op = new Reshape([1, 5, 2, 3], SplitPolicy.SameInner);
        var shapes = Probe.Shapes(op, [[1, 5, 6]]);
        var coupling = Probe.Couple(op, shapes);
        Assert.Equal(
            ["in0.2[0]~out.3[0]", "in0.2[1]~out.3[1]", "in0.2[2]~out.3[2]", "in0.2[3]~out.3[0]",
                "in0.2[4]~out.3[1]", "in0.2[5]~out.3[2]"],
            coupling.Ties.Where(tie => tie.Contains("in0.2[", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal([(Axis.Output(2), "every outer index keeps the same inner ones")], coupling.Frozen);
        var cut = (Reshape)op.Cut(new FakeCut(shapes, (Axis.Output(3), [0, 2])));
        Assert.Equal([1, 5, 2, 2], cut.Shape.ToArray());
    }

    [Theory]
    [InlineData(SplitPolicy.WholeOuter)]
    [InlineData(SplitPolicy.SameInner)]
    public void A_merge_ties_what_the_split_does(SplitPolicy policy)
    {
        var split = new Reshape([1, 5, 2, 1, 3], policy);
        var merge = new Reshape([1, 5, 6], policy);
        var forth = Probe.Couple(split, Probe.Shapes(split, [[1, 5, 6]])).Ties;
        var back = Probe.Couple(merge, Probe.Shapes(merge, [[1, 5, 2, 1, 3]])).Ties;
        Assert.Equal(
            forth.Select(tie => string.Join('~', tie.Replace("in0", "x", StringComparison.Ordinal)
                .Split('~').Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal),
            back.Select(tie => string.Join(
                '~', tie.Replace("out", "x", StringComparison.Ordinal).Replace("in0", "out", StringComparison.Ordinal)
                .Split('~').Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Patch_merging_joins_the_channels_of_four_positions()
    {
        // [N, H / 2, W / 2, 2, 2, C] -> [N, H / 2, W / 2, 4C]: a channel leaves at all four.
        var op = new Reshape([1, 3, 4, 8], SplitPolicy.SameInner);
        var coupling = Probe.Couple(op, Probe.Shapes(op, [[1, 3, 4, 2, 2, 2]]));
        Probe.AssertTied(
            coupling.Ties, "in0.5[1]~out.3[1]", "in0.5[1]~out.3[3]", "in0.5[1]~out.3[5]", "in0.5[1]~out.3[7]");
        Assert.Equal([Axis.Input(0, 3), Axis.Input(0, 4)], coupling.Frozen.Select(pair => pair.Axis));
    }

    [Fact]
    public void What_mixes_in_other_ways_or_with_the_batch_is_frozen_and_says_why()
    {
        var mixed = new Reshape([1, 6, 4, 7]);
        var coupling = Probe.Couple(mixed, Probe.Shapes(mixed, [[1, 4, 6, 7]]));
        Assert.Equal(
            [Axis.Input(0, 1), Axis.Input(0, 2), Axis.Output(1), Axis.Output(2)],
            coupling.Frozen.Select(pair => pair.Axis));
        Assert.All(coupling.Frozen, pair => Assert.Equal(
            "reshaped from [1, 4, 6, 7] to [1, 6, 4, 7], which mixes its coordinates", pair.Reason));
        Assert.Contains("in0.3[6]~out.3[6]", coupling.Ties);
        var windows = new Reshape([6, 4, 7]);
        coupling = Probe.Couple(windows, Probe.Shapes(windows, [[1, 2, 3, 4, 7]]));
        Assert.Equal(
            [(Axis.Input(0, 1), "merged with the batch"), (Axis.Input(0, 2), "merged with the batch"),
                (Axis.Output(0), "merged with the batch")],
            coupling.Frozen);
        Assert.Contains("in0.4[6]~out.2[6]", coupling.Ties);
    }

    [Fact]
    public void A_permutation_moves_dimensions_but_not_the_batch()
    {
        var op = new Permute([0, 2, 1]);
        var shapes = Probe.Shapes(op, [[1, 2, 3]]);
        Assert.Equal([1, 3, 2], shapes.Output.ToArray());
        Assert.Equal([1f, 4, 2, 5, 3, 6], Probe.Run(op, [([1, 2, 3, 4, 5, 6], [1, 2, 3])]));
        Assert.Equal(
            new HashSet<string>
            {
                "in0.0[0]~out.0[0]", "in0.2[0]~out.1[0]", "in0.2[1]~out.1[1]", "in0.2[2]~out.1[2]",
                "in0.1[0]~out.2[0]", "in0.1[1]~out.2[1]",
            },
            Probe.Couple(op, shapes).Ties);
        Assert.Equal(
            "Node 'node': order [1, 0, 2] must begin with 0 and name every dimension of [1, 2, 3] once.", Probe.Error(
                new Permute([1, 0, 2]), [[1, 2, 3]]));
        Assert.Contains("order [0, 1, 1]", Probe.Error(new Permute([0, 1, 1]), [[1, 2, 3]]), StringComparison.Ordinal);
        Assert.Contains("order []", Probe.Error(new Permute(default), [[1, 2, 3]]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_selection_drops_its_dimension_and_leaves_it_fixed()
    {
        var op = new Select(1, 2);
        var shapes = Probe.Shapes(op, [[1, 3, 2]]);
        Assert.Equal([1, 2], shapes.Output.ToArray());
        Assert.Equal([5f, 6f], Probe.Run(op, [([1, 2, 3, 4, 5, 6], [1, 3, 2])]));
        Assert.Equal(
            new HashSet<string> { "in0.0[0]~out.0[0]", "in0.2[0]~out.1[0]", "in0.2[1]~out.1[1]" },
            Probe.Couple(op, shapes).Ties);
        Assert.Equal(
            "Node 'node': index 3 of dimension 1 is not within [1, 3, 2].",
            Probe.Error(new Select(1, 3), [[1, 3, 2]]));
        Assert.Equal(
            "Node 'node': index 0 of dimension 0 is not within [1, 3, 2].",
            Probe.Error(new Select(0, 0), [[1, 3, 2]]));
    }

    [Fact]
    public void The_builder_infers_a_size_joins_adds_and_removes_dimensions()
    {
        var g = new GraphBuilder("shapes");
        var x = g.Input("input", 2, 3, 4);
        long[] Shape(Value value) => [.. g.ShapeOf(value)];
        Assert.Equal([1, 6, 4], Shape(g.Reshape("a", x, [1, -1, 4])));
        Assert.Equal([1, 2, 12], Shape(g.Flatten("b", x, 2, 3)));
        Assert.Equal([1, 2, 1, 3, 4], Shape(g.Unsqueeze("c", x, 2)));
        Assert.Equal([1, 2, 3, 4], Shape(g.Squeeze("d", g.Unsqueeze("e", x, 2), 2)));
        Assert.Equal([1, 4, 3, 2], Shape(g.Transpose("f", x, 1, 3)));
        Assert.Equal(
            "Node 'g': [1, 2, 3, 4] cannot be reshaped to [1, 4, 5].",
            Assert.Throws<OcsInputException>(() => g.Reshape("g", x, [1, -1, 5])).Message);
    }
}

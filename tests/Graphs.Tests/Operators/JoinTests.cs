using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>Add, Concat and Slice: the operators that tie the channels of different layers.</summary>
[NoTensorLeaks]
public sealed class JoinTests
{
    [Fact]
    public void Add_wants_equal_shapes_and_ties_both_inputs_to_the_sum()
    {
        var shapes = Probe.Shapes(new Add(), [[1, 2], [1, 2]]);
        Assert.Equal([1, 2], shapes.Output.ToArray());
        Assert.Equal("Node 'node': cannot add [1, 2] and [1, 3].", Probe.Error(new Add(), [[1, 2], [1, 3]]));
        Assert.Equal([11f, 22f], Probe.Run(new Add(), [([1, 2], [1, 2]), ([10, 20], [1, 2])]));
        Assert.Equal(0, Probe.Macs(new Add(), shapes));
        Assert.Equal(
            new HashSet<string>
            {
                "in0.0[0]~out.0[0]", "in1.0[0]~out.0[0]", "in0.1[0]~out.1[0]", "in0.1[1]~out.1[1]",
                "in1.1[0]~out.1[0]", "in1.1[1]~out.1[1]",
            },
            Probe.Couple(new Add(), shapes).Ties);
        Assert.Equal(new Add(), new Add().Cut(new FakeCut(shapes)));
    }

    [Fact]
    public void Concat_adds_the_sizes_of_its_dimension()
    {
        Assert.Equal([1, 5, 4], Probe.Shapes(new Concat(1), [[1, 2, 4], [1, 3, 4]]).Output.ToArray());
        Assert.Equal([1, 2, 7], Probe.Shapes(new Concat(2), [[1, 2, 4], [1, 2, 3]]).Output.ToArray());
        Assert.Equal("Node 'node': it takes at least one input.", Probe.Error(new Concat(1), []));
        Assert.Equal("Node 'node': dimension 3 is not one of 1 to 2.", Probe.Error(new Concat(3), [[1, 2, 4]]));
        Assert.Equal("Node 'node': dimension 0 is not one of 1 to 2.", Probe.Error(new Concat(0), [[1, 2, 4]]));
        Assert.Equal(
            "Node 'node': cannot join [1, 2, 4] and [1, 3, 5] along dimension 1.",
            Probe.Error(new Concat(1), [[1, 2, 4], [1, 3, 5]]));
    }

    [Fact]
    public void Concat_puts_values_side_by_side_and_ties_each_to_its_place()
    {
        Assert.Equal([1f, 2f, 3f], Probe.Run(new Concat(1), [([1], [1, 1]), ([2, 3], [1, 2])]));
        var shapes = Probe.Shapes(new Concat(1), [[1, 1], [1, 2]]);
        Assert.Equal(
            new HashSet<string>
            {
                "in0.0[0]~out.0[0]", "in1.0[0]~out.0[0]", "in0.1[0]~out.1[0]", "in1.1[0]~out.1[1]",
                "in1.1[1]~out.1[2]",
            },
            Probe.Couple(new Concat(1), shapes).Ties);
        Assert.Equal(0, Probe.Macs(new Concat(1), shapes));
        Assert.Equal(new Concat(1), new Concat(1).Cut(new FakeCut(shapes, (Axis.Input(1, 1), [1]))));
    }

    [Fact]
    public void Slice_takes_a_range_that_must_lie_within()
    {
        Assert.Equal([1, 2, 4], Probe.Shapes(new Slice(1, 1, 2), [[1, 3, 4]]).Output.ToArray());
        Assert.Equal([2f, 3f], Probe.Run(new Slice(1, 1, 2), [([1, 2, 3], [1, 3])]));
        Assert.Equal(
            "Node 'node': range 2..4 of dimension 1 is not within [1, 3, 4].",
            Probe.Error(new Slice(1, 2, 2), [[1, 3, 4]]));
        Assert.Equal(
            "Node 'node': range -1..1 of dimension 1 is not within [1, 3, 4].",
            Probe.Error(new Slice(1, -1, 2), [[1, 3, 4]]));
        Assert.Equal(
            "Node 'node': range 1..1 of dimension 1 is not within [1, 3, 4].",
            Probe.Error(new Slice(1, 1, 0), [[1, 3, 4]]));
        Assert.Equal(
            "Node 'node': range 0..1 of dimension 0 is not within [1, 3, 4].",
            Probe.Error(new Slice(0, 0, 1), [[1, 3, 4]]));
    }

    [Fact]
    public void Slice_ties_its_range_and_leaves_the_rest_free()
    {
        var shapes = Probe.Shapes(new Slice(1, 1, 2), [[1, 4]]);
        var coupling = Probe.Couple(new Slice(1, 1, 2), shapes);
        Assert.Equal(
            new HashSet<string> { "in0.0[0]~out.0[0]", "in0.1[1]~out.1[0]", "in0.1[2]~out.1[1]" },
            coupling.Ties);
        Assert.Equal([Axis.Input(0, 1)], coupling.Freed);
        Assert.Equal(0, Probe.Macs(new Slice(1, 1, 2), shapes));
    }

    [Theory]
    [InlineData(new[] { 0, 1, 2, 3, 4, 5 }, 2, 3)]
    [InlineData(new[] { 1, 2, 4 }, 1, 2)]
    [InlineData(new[] { 3, 5 }, 0, 1)]
    [InlineData(new[] { 0, 1, 2 }, 2, 1)]
    public void Surgery_lets_start_and_length_of_a_slice_follow(int[] kept, int start, int length)
    {
        var slice = new Slice(1, 2, 3);
        Assert.Equal(
            new Slice(1, start, length),
            slice.Cut(new FakeCut(Probe.Shapes(slice, [[1, 6]]), (Axis.Input(0, 1), kept))));
    }
}

using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests.Operators;

[NoTensorLeaks]
public sealed class DefaultBoxesTests
{
    private static readonly DefaultBoxMap Map = new(1, 2, 1, 0.6, [new(0.5, 1.2), new(0.25, 0.5)]);

    [Fact]
    public void Offsets_go_through_as_they_are()
    {
        var op = new DefaultBoxes([Map], DefaultBoxOrder.SizeFirst);
        float[] offsets = [.. Enumerable.Range(0, 16).Select(i => (float)i)];
        Assert.Equal(offsets, Probe.Run(op, [(offsets, [1, 4, 4])]));
        Assert.Contains("in0.1[3]~out.1[3]", Probe.Couple(op, Probe.Shapes(op, [[1, 4, 4]])).Ties);
        Assert.Equal(
            "Node 'node': offsets [1, 5, 4] do not fit 4 default boxes; they are [N, boxes, 4].",
            Probe.Error(op, [[1, 5, 4]]));
        Assert.Equal("DefaultBoxes(1x2x2)", op.ToString());
    }

    // Centres at 0.3 and 0.9; heights are 1 at most.
    [Fact]
    public void Boxes_lie_around_the_centres_of_cells_in_either_order()
    {
        float[] first = [0.3f, 0.5f, 0.5f, 1, 0.9f, 0.5f, 0.5f, 1, 0.3f, 0.5f, 0.25f, 0.5f, 0.9f, 0.5f, 0.25f, 0.5f];
        Assert.Equal(first, new DefaultBoxes([Map], DefaultBoxOrder.SizeFirst).Values());
        float[] second = [.. first[..4], .. first[8..12], .. first[4..8], .. first[12..]];
        Assert.Equal(second, new DefaultBoxes([Map], DefaultBoxOrder.CellFirst).Values());
    }

    [Fact]
    public void Centres_beyond_the_image_are_moved_to_its_edge_where_that_is_wanted()
    {
        var map = Map with { ColumnStep = 0.8 };
        Assert.Equal(1.2f, new DefaultBoxes([map], DefaultBoxOrder.SizeFirst).Values()[4], 1e-6);
        Assert.Equal(1, new DefaultBoxes([map], DefaultBoxOrder.SizeFirst, ClampsCentres: true).Values()[4]);
    }
}

using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests.Operators;

[NoTensorLeaks]
public sealed class LinearTests
{
    private static readonly Linear Op = new();

    [Fact]
    public void The_last_dimension_becomes_the_rows_of_the_weight()
    {
        Assert.Equal([1, 5], Probe.Shapes(Op, [[1, 3]], [5, 3], [5]).Output.ToArray());
        Assert.Equal([1, 7, 5], Probe.Shapes(Op, [[1, 7, 3]], [5, 3]).Output.ToArray());
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_errors()
    {
        const string Sentence = "Node 'node': weight [5, 4] or its bias does not fit input [1, 3].";
        Assert.Equal(Sentence, Probe.Error(Op, [[1, 3]], [5, 4]));
        Assert.Equal(Sentence.Replace("4", "3"), Probe.Error(Op, [[1, 3]], [5, 3], [4]));
        Assert.Equal(
            "Node 'node': it takes 1 or 2 parameters, but has 3.",
            Probe.Error(Op, [[1, 3]], [5, 3], [5], [5]));
    }

    [Fact]
    public void It_multiplies_by_the_transposed_weight_and_adds_the_bias()
    {
        Assert.Equal(
            [1f + 4 + 9 + 0.5f, -1f + 3 - 1],
            Probe.Run(Op, [([1, 2, 3], [1, 3])], ([1, 2, 3, -1, 0, 1], [2, 3]), ([0.5f, -1], [2])));
    }

    [Fact]
    public void Macs_count_every_position_but_the_batch()
    {
        Assert.Equal(15, Probe.Macs(Op, Probe.Shapes(Op, [[1, 3]], [5, 3], [5])));
        Assert.Equal(7 * 15, Probe.Macs(Op, Probe.Shapes(Op, [[1, 7, 3]], [5, 3], [5])));
        // Four windows of a sample, merged with the batch.
        Assert.Equal(4 * 7 * 15, Probe.Macs(Op, Probe.Shapes(Op, [[4, 7, 3]], [5, 3], [5])));
    }

    [Fact]
    public void Rows_go_with_outputs_and_biases_columns_with_inputs_positions_stay()
    {
        Assert.Equal(
            new HashSet<string>
            {
                "out.2[0]~p0.0[0]", "p0.0[0]~p1.0[0]", "in0.2[0]~p0.1[0]", "in0.2[1]~p0.1[1]",
                "in0.0[0]~out.0[0]", "in0.1[0]~out.1[0]", "in0.1[1]~out.1[1]",
            },
            Probe.Couple(Op, Probe.Shapes(Op, [[1, 2, 2]], [1, 2], [1])).Ties);
    }

    [Fact]
    public void Surgery_changes_no_attribute()
    {
        Assert.Same(Op, Op.Cut(new FakeCut(Probe.Shapes(Op, [[1, 3]], [5, 3]), (Axis.Input(0, 1), [0]))));
    }
}

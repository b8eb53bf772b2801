using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>Lstm and Gru; SequenceParityTests compares their numbers.</summary>
[NoTensorLeaks]
public sealed class RecurrentTests
{
    [Fact]
    public void A_hidden_unit_has_a_row_in_every_gate_and_a_column()
    {
        var op = new Lstm();
        // I = 3, H = 2, T = 5.
        var shapes = Probe.Shapes(op, [[1, 5, 3]], [8, 3], [8, 2], [8], [8]);
        Assert.Equal([1, 5, 2], shapes.Output.ToArray());
        var coupling = Probe.Couple(op, shapes);
        foreach (var parameter in new[] { "p0", "p1", "p2", "p3" })
        {
            Assert.Equal(
                ["[1]", "[3]", "[5]", "[7]"],
                coupling.Ties.Where(tie => tie.StartsWith("out.2[1]~", StringComparison.Ordinal)
                    && tie.Contains($"{parameter}.0", StringComparison.Ordinal))
                    .Select(tie => tie[^3..]).Order(StringComparer.Ordinal));
        }

        Probe.AssertTied(coupling.Ties, "out.2[1]~p1.1[1]", "in0.2[2]~p0.1[2]");
        Assert.DoesNotContain(
            coupling.Ties,
            tie => tie.Contains("in0.1", StringComparison.Ordinal) || tie.Contains("out.1", StringComparison.Ordinal));
        Assert.Equal(5 * (8 * 3 + 8 * 2), Probe.Macs(op, shapes));
        var gru = new Gru();
        shapes = Probe.Shapes(gru, [[1, 5, 3]], [6, 3], [6, 2]);
        Assert.Equal([1, 5, 2], shapes.Output.ToArray());
        Assert.Equal(5 * (6 * 3 + 6 * 2), Probe.Macs(gru, shapes));
        Probe.AssertTied(Probe.Couple(gru, shapes).Ties, "out.2[0]~p0.0[4]", "out.2[0]~p1.0[2]", "out.2[0]~p1.1[0]");
    }

    [Fact]
    public void A_reversed_layer_reads_the_last_step_first()
    {
        (float[], long[])[] weights =
            [([.. Enumerable.Repeat(0.5f, 4)], [4, 1]), ([.. Enumerable.Repeat(0.25f, 4)], [4, 1])];
        var forth = Probe.Run(new Lstm(), [([1, 2, 3], [1, 3, 1])], weights);
        var back = Probe.Run(new Lstm(Reverse: true), [([3, 2, 1], [1, 3, 1])], weights);
        Assert.Equal(forth.Reverse(), back);
        Assert.Equal("Lstm(reverse)", new Lstm(Reverse: true).ToString());
    }

    [Fact]
    public void Parameters_that_do_not_fit_the_gates_are_an_error()
    {
        Assert.Equal(
            "Node 'node': parameters [6, 3], [6, 2] do not fit 4 gates on input [1, 5, 3].", Probe.Error(
                new Lstm(), [[1, 5, 3]], [6, 3], [6, 2]));
        Assert.Equal(
            "Node 'node': parameters [8, 4], [8, 2] do not fit 4 gates on input [1, 5, 3].", Probe.Error(
                new Lstm(), [[1, 5, 3]], [8, 4], [8, 2]));
        Assert.Equal(
            "Node 'node': it takes 2 or 4 parameters, but has 3.",
            Probe.Error(new Gru(), [[1, 5, 3]], [6, 3], [6, 2], [6]));
    }
}

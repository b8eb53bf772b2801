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
                coupling.Ties
                    .Where(tie => tie.StartsWith("out.2[1]~", StringComparison.Ordinal)
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

    // Weights of 1 and 2 on the candidate only, so that both gates are 1/2 and h' = (n + h) / 2.
    [Theory]
    [InlineData(true, 0.25f)]
    [InlineData(false, 0.75f)]
    public void A_reset_gate_works_on_the_state_or_on_its_product(bool resetsBefore, float halfOfBias)
    {
        // n = tanh(x + 2 (h / 2) + b), or tanh(x + (2 h + b) / 2).
        const float X = 0.1f;
        const float H = 0.4f;
        var bias = resetsBefore ? halfOfBias : 2 * halfOfBias;
        var candidate = MathF.Tanh(X + H + halfOfBias);
        var output = Probe.Run(
            new Gru(ResetsBefore: resetsBefore), [([X], [1, 1, 1]), ([H], [1, 1])],
            ([0, 0, 1], [3, 1]), ([0, 0, 2], [3, 1]), ([0, 0, 0], [3]), ([0, 0, bias], [3]));

        Assert.Equal((candidate + H) / 2, Assert.Single(output), 1e-6f);
    }

    [Fact]
    public void An_lstm_begins_with_its_states_and_gives_its_last_cell()
    {
        // All gates are 1/2 and the candidate is tanh(x): c' = (c + tanh x) / 2, h' = tanh(c') / 2.
        const float X = 0.3f;
        const float C = 0.8f;
        (float[], long[])[] weights = [([0, 0, 1, 0], [4, 1]), ([0, 0, 0, 0], [4, 1])];
        (float[], long[])[] inputs = [([X, X], [1, 2, 1]), ([0.5f], [1, 1]), ([C], [1, 1])];
        var (first, second) = ((C + MathF.Tanh(X)) / 2, (C + 3 * MathF.Tanh(X)) / 4);
        float[] expected = [MathF.Tanh(first) / 2, MathF.Tanh(second) / 2, second];

        Assert.Equal(expected, Probe.Run(new Lstm(WithCell: true), inputs, weights), Close);
        Assert.Equal(
            [expected[1], expected[0], second],
            Probe.Run(new Lstm(Reverse: true, WithCell: true), inputs, weights),
            Close);

        // Peepholes of 0 change nothing; one on the output gate makes it 1 / (1 + e^-2c').
        (float[], long[])[] blind = [.. weights, ([0, 0, 0], [3])];
        Assert.Equal(expected, Probe.Run(new Lstm(WithCell: true, Peepholes: true), inputs, blind), Close);
        (float[], long[])[] seeing = [.. weights, ([0, 0, 2], [3])];
        Assert.Equal(
            MathF.Tanh(first) / (1 + MathF.Exp(-2 * first)),
            Probe.Run(new Lstm(Peepholes: true), inputs, seeing)[0],
            1e-6f);
    }

    [Fact]
    public void A_layer_without_gates_is_tanh_or_relu_of_two_sums()
    {
        (float[], long[])[] weights = [([2], [1, 1]), ([-1], [1, 1]), ([0.5f], [1]), ([0.25f], [1])];
        (float[], long[])[] inputs = [([1, -1], [1, 2, 1]), ([0.5f], [1, 1])];

        Assert.Equal([2.25f, 0], Probe.Run(new Rnn(Relu: true), inputs, weights));
        var first = MathF.Tanh(2.25f);
        Assert.Equal([first, MathF.Tanh(-1.25f - first)], Probe.Run(new Rnn(), inputs, weights), Close);
    }

    [Fact]
    public void A_unit_leaves_states_and_peepholes_too()
    {
        var op = new Lstm(WithCell: true, Peepholes: true);
        var shapes = Probe.Shapes(op, [[1, 5, 3], [1, 2], [1, 2]], [8, 3], [8, 2], [6]);

        Assert.Equal([1, 6, 2], shapes.Output.ToArray());
        Assert.Equal(5 * (8 * 3 + 8 * 2), Probe.Macs(op, shapes));
        Probe.AssertTied(
            Probe.Couple(op, shapes).Ties, "in1.1[1]~out.2[1]", "in2.1[1]~out.2[1]", "out.2[1]~p2.0[5]");
        Assert.Equal(
            "Node 'node': its first state is [1, 3], but must be [1, 2].",
            Probe.Error(op, [[1, 5, 3], [1, 3], [1, 2]], [8, 3], [8, 2], [6]));
        Assert.Equal("Lstm(with the last cell, peepholes)", op.ToString());
    }

    private static bool Close(float one, float other) => Math.Abs(one - other) < 1e-6f;

    [Fact]
    public void Parameters_that_do_not_fit_the_gates_are_an_error()
    {
        Assert.Equal(
            "Node 'node': parameters [6, 3], [6, 2] do not fit 4 gates on input [1, 5, 3].",
            Probe.Error(new Lstm(), [[1, 5, 3]], [6, 3], [6, 2]));
        Assert.Equal(
            "Node 'node': parameters [8, 4], [8, 2] do not fit 4 gates on input [1, 5, 3].",
            Probe.Error(new Lstm(), [[1, 5, 3]], [8, 4], [8, 2]));
        Assert.Equal(
            "Node 'node': it takes 2 or 4 parameters, but has 3.",
            Probe.Error(new Gru(), [[1, 5, 3]], [6, 3], [6, 2], [6]));
    }
}

using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>MatMul, ScaledDotProductAttention and what windows and cosine attention add.</summary>
[NoTensorLeaks]
public sealed class AttentionTests
{
    [Fact]
    public void Matrices_are_multiplied_sample_by_sample()
    {
        var op = new MatMul();
        var shapes = Probe.Shapes(op, [[1, 2, 3], [1, 3, 4]]);
        Assert.Equal([1, 2, 4], shapes.Output.ToArray());
        Assert.Equal([5f, 11, 7, 7], Probe.Run(op, [([1, 2, 3, 4, 0, 7, 7, 0], [2, 2, 2]), ([1, 2, 1, 1], [2, 2, 1])]));
        Assert.Equal(2 * 3 * 4, Probe.Macs(op, shapes));
        var ties = Probe.Couple(op, shapes).Ties;
        Probe.AssertTied(
            ties, "in0.1[1]~out.1[1]", "in0.2[2]~in1.1[2]", "in1.2[3]~out.2[3]", "in0.0[0]~out.0[0]",
            "in1.0[0]~out.0[0]");
        Assert.Equal(2 + 3 + 4 + 2, ties.Count);
        Assert.Equal(
            "Node 'node': cannot multiply matrices [1, 2, 3] and [1, 4, 3].", Probe.Error(op, [[1, 2, 3], [1, 4, 3]]));
    }

    [Fact]
    public void Attention_weighs_values_by_the_softmax_of_scaled_scores_and_biases()
    {
        // Scores 2 q k: 2 ln 3 and 0, so weights 9 / 10 and 1 / 10; with a bias of ln 9 on the second they are equal.
        var ln3 = MathF.Log(3);
        (float[], long[]) q = ([1], [1, 1, 1, 1]);
        (float[], long[]) k = ([ln3, 0], [1, 1, 2, 1]);
        (float[], long[]) v = ([10, 0, 0, 20], [1, 1, 2, 2]);
        var op = new ScaledDotProductAttention(2);
        Tensors.AssertClose([9f, 2], Probe.Run(op, [q, k, v]));
        Tensors.AssertClose([5f, 10], Probe.Run(op, [q, k, v, ([0, MathF.Log(9)], [1, 1, 1, 2])]));
        Tensors.AssertClose([5f, 10], Probe.Run(op, [q, k, v, ([0, ln3], [1, 1, 1, 2]), ([0, ln3], [1, 1, 1, 2])]));
    }

    // Scores 0, ln 3 and ln 5 from every query: the first position takes itself alone, the last one 1, 3 and 5 ninths.
    [Fact]
    public void Causal_attention_weighs_no_later_position()
    {
        (float[], long[]) q = ([1, 1, 1], [1, 1, 3, 1]);
        (float[], long[]) k = ([0, MathF.Log(3), MathF.Log(5)], [1, 1, 3, 1]);
        (float[], long[]) v = ([1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 1, 3, 3]);
        var op = new ScaledDotProductAttention(1) { IsCausal = true };
        Tensors.AssertClose(
            [1, 0, 0, 1 / 4f, 3 / 4f, 0, 1 / 9f, 3 / 9f, 5 / 9f], Probe.Run(op, [q, k, v]));

        // A bias of ln 3 on the first position stands beside the mask.
        Tensors.AssertClose(
            [1, 0, 0, 0.5f, 0.5f, 0, 3 / 11f, 3 / 11f, 5 / 11f],
            Probe.Run(op, [q, k, v, ([MathF.Log(3), 0, 0, MathF.Log(3), 0, 0, MathF.Log(3), 0, 0], [1, 1, 3, 3])]));
        Assert.Equal("ScaledDotProductAttention(scale 1, causal)", op.ToString());
        Assert.Equal(
            "Node 'node': 2 queries and 3 keys cannot be causal, which needs equally many.",
            Probe.Error(op, [[1, 2, 4], [1, 3, 4], [1, 3, 4]]));
    }

    [Fact]
    public void In_bf16_causal_attention_is_what_it_is_in_float32_but_for_its_rounding()
    {
        using var noGrad = Autograd.NoGrad();
        var op = new ScaledDotProductAttention(0.5) { IsCausal = true };
        using var x = Tensor.FromArray<float>(new Dice(3).Floats(2 * 3 * 8 * 4, -1, 1), [2, 3, 8, 4]);
        using var exact = op.Run(new([x, x, x], [], training: false, inPlace: false));
        using var narrow = Run();
        using var wide = narrow.To(DType.Float32);
        Assert.Equal(DType.BFloat16, narrow.DType);
        Tensors.AssertClose(exact, wide, tolerance: 2e-2);

        Tensor Run()
        {
            using var _ = Autocast.To(DType.BFloat16);
            return op.Run(new([x, x, x], [], training: false, inPlace: false));
        }
    }

    // Scores of 0: each weight is 1/8, and in training 0 or 1/4.
    [Fact]
    public void Dropout_sets_weights_to_zero_in_training_alone()
    {
        var op = new ScaledDotProductAttention(1) { Dropout = 0.5 };
        var unit = new float[64];
        for (var i = 0; i < 8; i++)
        {
            unit[9 * i] = 1;
        }

        (float[], long[])[] inputs = [(new float[8], [1, 8, 1]), (new float[8], [1, 8, 1]), (unit, [1, 8, 8])];
        Assert.All(Probe.Run(op, inputs), weight => Assert.Equal(0.125f, weight));
        var trained = Probe.Run(op, training: true, inputs);
        Assert.All(trained, weight => Assert.True(weight is 0 or 0.25f));
        Assert.InRange(trained.Count(weight => weight == 0), 16, 48);
        Assert.True(op.DrawsRandomNumbers);
        Assert.False(new ScaledDotProductAttention(1).DrawsRandomNumbers);
        Assert.Equal(
            "Node 'node': dropout probability 1 is not in [0, 1).",
            Probe.Error(op with { Dropout = 1 }, [[1, 3, 4], [1, 3, 4], [1, 3, 4]]));
    }

    [Fact]
    public void Heads_and_widths_of_attention_are_tied_and_positions_stay()
    {
        var op = new ScaledDotProductAttention(0.5);
        // Two heads, three queries of width 4, five keys, values of width 6; one bias for all heads and one for each.
        var shapes = Probe.Shapes(op, [[1, 2, 3, 4], [1, 2, 5, 4], [1, 2, 5, 6], [1, 1, 3, 5], [1, 2, 3, 5]]);
        Assert.Equal([1, 2, 3, 6], shapes.Output.ToArray());
        Assert.Equal(2 * 3 * 5 * 4 + 2 * 3 * 5 * 6, Probe.Macs(op, shapes));
        var coupling = Probe.Couple(op, shapes);
        Probe.AssertTied(
            coupling.Ties, "in0.3[3]~in1.3[3]", "in2.3[5]~out.3[5]", "in0.1[1]~out.1[1]", "in1.1[1]~out.1[1]",
            "in2.1[1]~out.1[1]", "in4.1[1]~out.1[1]", "in0.2[2]~out.2[2]");
        Assert.DoesNotContain(
            coupling.Ties,
            tie => tie.Contains("in3.1", StringComparison.Ordinal) || tie.Contains("in1.2[", StringComparison.Ordinal));
        Assert.Equal([Axis.Input(1, 2), Axis.Input(2, 2)], coupling.Frozen.Select(pair => pair.Axis));
        Assert.Equal(op, op.Cut(new FakeCut(shapes, (Axis.Input(0, 3), [1]))));
    }

    [Fact]
    public void Inputs_of_attention_that_do_not_fit_are_an_error()
    {
        var op = new ScaledDotProductAttention(1);
        Assert.Equal(
            "Node 'node': it takes queries, keys, values and biases of the scores, no parameters.",
            Probe.Error(op, [[1, 3, 4]]));
        Assert.Equal(
            "Node 'node': queries [1, 3, 4], keys [1, 3, 5] and values [1, 3, 4] do not fit.",
            Probe.Error(op, [[1, 3, 4], [1, 3, 5], [1, 3, 4]]));
        Assert.Equal(
            "Node 'node': bias [1, 1, 3] does not fit scores [1, 3, 3].",
            Probe.Error(op, [[1, 3, 4], [1, 3, 4], [1, 3, 4], [1, 1, 3]]));
    }

    [Fact]
    public void The_bias_of_a_window_depends_on_the_distance_of_its_positions()
    {
        // 1 x 2 window: distances -1, 0, 1 are rows 0, 1, 2 of the table.
        var op = new RelativePositionBias(new Pair(1, 2));
        var shapes = Probe.Shapes(op, [[1, 3, 2]]);
        Assert.Equal([1, 2, 2, 2], shapes.Output.ToArray());
        Assert.Equal([2f, 1, 3, 2, 20, 10, 30, 20], Probe.Run(op, [([1, 10, 2, 20, 3, 30], [1, 3, 2])]));
        Assert.Equal(
            new HashSet<string> { "in0.0[0]~out.0[0]", "in0.2[0]~out.1[0]", "in0.2[1]~out.1[1]" },
            Probe.Couple(op, shapes).Ties);
        Assert.Equal("Node 'node': table [1, 4, 2] does not fit a window of 1x2.", Probe.Error(op, [[1, 4, 2]]));
    }

    [Fact]
    public void A_bounded_bias_and_the_distances_of_a_window_are_version_twos()
    {
        // 16 sigmoid(ln 3) = 12, 16 sigmoid(0) = 8.
        var op = new RelativePositionBias(new Pair(1, 2), Bound: 16);
        Tensors.AssertClose([8f, 4, 12, 8], Probe.Run(op, [([-MathF.Log(3), 0, MathF.Log(3)], [1, 3, 1])]));
        Assert.False(op.KeepsZeroChannels(Probe.Shapes(op, [[1, 3, 1]])));
        // log2(1 + 8) / 3 and log2(1 + 4) / 3.
        var (far, near) = (MathF.Log2(9) / 3, MathF.Log2(5) / 3);
        var distances = new RelativeCoordinates(new Pair(2, 3));
        Assert.Equal([1, 15, 2], Probe.Shapes(distances, [[1, 7]]).Output.ToArray());
        var values = Probe.Run(distances, [([0], [1, 1])]);
        Tensors.AssertClose([-far, -far, -far, -near, -far, 0, -far, near, -far, far, 0, -far], values[..12]);
        Assert.Equal(
            "Node 'node': a window of 1x3 must be at least 2 positions high and wide.",
            Probe.Error(new RelativeCoordinates(new Pair(1, 3)), [[1, 7]]));
    }

    [Fact]
    public void The_mask_separates_what_a_roll_brought_together()
    {
        // A row of four, rolled left by one, in windows of two: 1 2 | 3 0. Only 3 and 0 were not neighbours.
        var op = new ShiftedWindowMask(new Pair(1, 4), new Pair(1, 2), new Pair(0, 1));
        Assert.Equal([1, 2, 2, 2], Probe.Shapes(op, [[1, 7]]).Output.ToArray());
        Assert.Equal([0f, 0, 0, 0, 0, -100, -100, 0], Probe.Run(op, [([0], [1, 1])]));
        Assert.All(Probe.Run(op with { Shift = 0 }, [([0], [1, 1])]), value => Assert.Equal(0, value));
        Assert.Equal(
            "Node 'node': windows of 1x3 shifted by 0 do not fit a grid of 1x4.",
            Probe.Error(new ShiftedWindowMask(new Pair(1, 4), new Pair(1, 3), 0), [[1, 7]]));
    }

    [Fact]
    public void Cosine_attention_compares_directions_at_a_learnt_temperature()
    {
        Tensors.AssertClose([0.6f, 0.8f, 0, 0], Probe.Run(new Normalize(), [([3, 4, 0, 0], [1, 2, 2])]));
        Assert.False(new Normalize().ChangesWhenChannelsLeave);
        // exp(min(ln 2, ln 4)) = 2, exp(min(ln 9, ln 4)) = 4.
        var op = new LogitScale(Math.Log(4));
        Tensors.AssertClose(
            [2f, 4], Probe.Run(op, [([1, 1], [1, 2, 1, 1])], ([MathF.Log(2), MathF.Log(9)], [2, 1, 1])));
        Assert.Contains("out.1[1]~p0.0[1]", Probe.Couple(op, Probe.Shapes(op, [[1, 2, 1, 1]], [2, 1, 1])).Ties);
        Assert.Equal(
            "Node 'node': scale [3, 1, 1] does not fit input [1, 2, 1, 1].",
            Probe.Error(op, [[1, 2, 1, 1]], [3, 1, 1]));
    }
}

using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Tests.Operators;

[NoTensorLeaks]
public sealed class BatchNorm2dTests
{
    private static readonly BatchNorm2d Op = new(Epsilon: 0.5, Momentum: 0.1);

    [Fact]
    public void The_shape_stays_and_every_vector_must_have_the_channels()
    {
        Assert.Equal([1, 2, 3, 3], Probe.Shapes(Op, [[1, 2, 3, 3]], [2], [2], [2], [2], []).Output.ToArray());
        Assert.Equal(
            "Node 'node': parameter 2 [3] does not fit input [1, 2, 3, 3].",
            Probe.Error(Op, [[1, 2, 3, 3]], [2], [2], [3], [2], []));
        Assert.Equal("Node 'node': it takes 5 parameters, but has 2.", Probe.Error(Op, [[1, 2, 3, 3]], [2], [2]));
        Assert.Equal(
            "Node 'node': input 0 must have 4 or 5 dimensions, but its shape is [1, 2].",
            Probe.Error(Op, [[1, 2]], [2], [2], [2], [2], []));
    }

    [Fact]
    public void In_evaluation_it_uses_the_running_statistics()
    {
        // (x - 2) / sqrt(3.5 + 0.5) * 6 + 1
        var output = Probe.Run(
            Op, [([4, 0], [1, 1, 1, 2])], ([6], [1]), ([1], [1]), ([2], [1]), ([3.5f], [1]), ([0], [1]));
        Assert.Equal([7f, -5f], output);
    }

    [Fact]
    public void In_training_it_uses_the_batch_and_moves_the_running_statistics()
    {
        // The batch 0, 2 has mean 1, variance 1 (biased) and 2 (unbiased); sqrt(1 + 0.5).
        using var x = Tensor.FromArray<float>([0, 2], [2, 1, 1, 1]);
        using var weight = Tensor.FromArray<float>([3], [1]);
        using var bias = Tensor.FromArray<float>([1], [1]);
        using var mean = Tensor.FromArray<float>([10], [1]);
        using var variance = Tensor.FromArray<float>([4], [1]);
        using var seen = Tensor.FromArray<long>([41], []);
        using var output = Op.Run(new([x], [weight, bias, mean, variance, seen], training: true, inPlace: false));
        var step = (float)(3 / Math.Sqrt(1.5));
        Tensors.AssertClose([1 - step, 1 + step], output.ToArray<float>());
        Tensors.AssertClose([0.9f * 10 + 0.1f * 1], mean.ToArray<float>());
        Tensors.AssertClose([0.9f * 4 + 0.1f * 2], variance.ToArray<float>());
        Assert.Equal(42, seen.Item<long>());
    }

    [Fact]
    public void A_channel_takes_its_element_of_all_four_vectors_along()
    {
        var shapes = Probe.Shapes(Op, [[1, 2, 1, 1]], [2], [2], [2], [2], []);
        var ties = Probe.Couple(Op, shapes).Ties;
        Assert.Equal(
            Enumerable.Range(0, 4).SelectMany(p => new[] { $"out.1[0]~p{p}.0[0]", $"out.1[1]~p{p}.0[1]" })
                .Concat(
                [
                    "in0.0[0]~out.0[0]", "in0.1[0]~out.1[0]", "in0.1[1]~out.1[1]", "in0.2[0]~out.2[0]",
                    "in0.3[0]~out.3[0]",
                ])
                .ToHashSet(),
            ties);
        Assert.Equal(0, Probe.Macs(Op, shapes));
        Assert.Same(Op, Op.Cut(new FakeCut(shapes, (Axis.Input(0, 1), [1]))));
    }
}

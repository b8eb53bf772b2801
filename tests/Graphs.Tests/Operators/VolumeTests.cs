using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>Operators of videos and volumes; numbers by hand.</summary>
[NoTensorLeaks]
public sealed class VolumeTests
{
    [Fact]
    public void A_convolution_has_a_size_multiplications_and_ties_of_its_own()
    {
        var op = new Conv3d(new(1, 2, 2), new(1, 0, 1), new(1, 1, 2), Groups: 1);
        var shapes = Probe.Shapes(op, [[1, 4, 5, 8, 9]], [6, 4, 3, 2, 3], [6]);

        Assert.Equal([1, 6, 5, 4, 4], shapes.Output.ToArray());
        Assert.Equal(3 * 2 * 3 * 5 * 4 * 4 * 4 * 6, Probe.Macs(op, shapes));
        Probe.AssertTied(
            Probe.Couple(op, shapes).Ties, "out.1[5]~p0.0[5]", "p0.0[5]~p1.0[5]", "in0.1[3]~p0.1[3]");
        Assert.Equal("Conv3d(stride 1x2x2, padding 1x0x1, dilation 1x1x2)", op.ToString());
        Assert.Equal(
            "Node 'node': kernel 6x1x1 is larger than input [1, 4, 5, 8, 9].",
            Probe.Error(new Conv3d(1, 0, 1, 1), [[1, 4, 5, 8, 9]], [6, 4, 6, 1, 1]));
        Assert.Equal(
            "Node 'node': input 0 must have 5 dimensions, but its shape is [1, 4, 8, 9].",
            Probe.Error(new Conv3d(1, 0, 1, 1), [[1, 4, 8, 9]], [6, 4, 1, 1, 1]));
    }

    [Fact]
    public void A_convolution_sums_over_depth_height_and_width()
    {
        // 2 planes of 2 x 2, all under one kernel of 1 to 8.
        float[] values = [1, 0, 0, 2, 0, 3, 1, 1];
        Assert.Equal(
            [1 + 8 + 18 + 7 + 8 + 0.5f],
            Probe.Run(
                new Conv3d(1, 0, 1, 1), [(values, [1, 1, 2, 2, 2])],
                ([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 2, 2, 2]), ([0.5f], [1])));
        Assert.Equal(
            [2, 4, 6, 8, 10, 12, 14, 16],
            Probe.Run(
                new ConvTranspose3d(1, 0, 0, 1, 1), [([2], [1, 1, 1, 1, 1])],
                ([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 2, 2, 2])));
        Assert.Equal([3], Probe.Run(new MaxPool3d(2, 2, 0, 1), [(values, [1, 1, 2, 2, 2])]));
        Assert.Equal([1], Probe.Run(new AveragePool3d(2, 2, 0), [(values, [1, 1, 2, 2, 2])]));
        Assert.Equal([0.75f, 1.25f], Probe.Run(new AdaptiveAveragePool3d(new(2, 1, 1)), [(values, [1, 1, 2, 2, 2])]));
        Assert.Equal([2, 3], Probe.Run(new AdaptiveMaxPool3d(new(2, 1, 1)), [(values, [1, 1, 2, 2, 2])]));
        Assert.Equal(
            [0, 1, 0, 0, 0, 2],
            Probe.Run(new Pad3d(new(0, 0, 1), 0), [([1, 0, 0, 2], [1, 1, 1, 2, 2])]).Take(6));
        Assert.Equal(
            [1, 1, 3, 3], Probe.Run(new Upsample3d(new(4, 1, 1)), [([1, 3], [1, 1, 2, 1, 1])]));
    }

    [Fact]
    public void Groups_leave_as_those_of_images_do()
    {
        var depthwise = new Conv3d(1, 0, 1, Groups: 4);
        var shapes = Probe.Shapes(depthwise, [[1, 4, 3, 3, 3]], [4, 1, 3, 3, 3]);
        Probe.AssertTied(Probe.Couple(depthwise, shapes).Ties, "in0.1[2]~out.1[2]");
        Assert.Equal(
            depthwise with { Groups = 2 },
            depthwise.Cut(new FakeCut(shapes, (Axis.Input(0, 1), [1, 3]), (Axis.Output(1), [1, 3]))));

        var transposed = new ConvTranspose3d(2, 0, 1, 1, Groups: 2);
        shapes = Probe.Shapes(transposed, [[1, 4, 3, 3, 3]], [4, 3, 2, 2, 2]);
        Assert.Equal([1, 6, 7, 7, 7], shapes.Output.ToArray());
        Probe.AssertTied(Probe.Couple(transposed, shapes).Ties, "out.1[2]~p0.1[2]", "out.1[5]~p0.1[2]");
    }

    [Fact]
    public void Norms_are_those_of_images()
    {
        float[] values = [1, 3, 5, 7];
        var normed = Probe.Run(
            new BatchNorm2d(0, 0.1), training: true, [(values, [2, 1, 2, 1, 1])],
            ([2], [1]), ([1], [1]), ([0], [1]), ([1], [1]), ([0], []));
        var deviation = MathF.Sqrt(5);
        Assert.Equal([1 - 6 / deviation, 1 - 2 / deviation, 1 + 2 / deviation, 1 + 6 / deviation], normed, Close);
        Assert.Equal(
            [-1, 1, -1, 1], Probe.Run(new InstanceNorm2d(0), [(values, [2, 1, 2, 1, 1])]), Close);

        static bool Close(float one, float other) => Math.Abs(one - other) < 1e-5f;
    }
}

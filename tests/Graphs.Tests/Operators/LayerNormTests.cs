using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>LayerNorm and RmsNorm.</summary>
[NoTensorLeaks]
public sealed class LayerNormTests
{
    [Fact]
    public void Layer_normalisation_has_mean_bias_and_deviation_weight()
    {
        // 1, 3 have mean 2 and deviation 1; 0, 4 mean 2 and deviation 2.
        float[] x = [1, 3, 0, 4];
        Assert.Equal([-1f, 1, -1, 1], Probe.Run(new LayerNorm(0), [(x, [1, 2, 2])]));
        Assert.Equal([-1f, 9, -1, 9], Probe.Run(new LayerNorm(0), [(x, [1, 2, 2])], ([2, 4], [2]), ([1, 5], [2])));
        // Epsilon is added to the variance: 1 + 3 = 2 squared.
        Assert.Equal([-0.5f, 0.5f], Probe.Run(new LayerNorm(3), [([1, 3], [1, 1, 2])]));
        // Both dimensions together: mean 2, variance (1 + 1 + 4 + 4) / 4.
        Tensors.AssertClose(
            [.. x.Select(value => (value - 2) / MathF.Sqrt(2.5f))], Probe.Run(
                new LayerNorm(0, Dimensions: 2), [(x, [1, 2, 2])]));
    }

    [Fact]
    public void Rms_normalisation_divides_by_the_root_mean_square()
    {
        // (9 + 16 + 0 + 0) / 4 = 2.5 squared.
        Tensors.AssertClose(
            [1.2f, 3.2f, 0, 0],
            Probe.Run(new RmsNorm(0), [([3, 4, 0, 0], [1, 1, 4])], ([1, 2, 3, 4], [4])));
        Tensors.AssertClose([3f / 4, 1], Probe.Run(new RmsNorm(3.5), [([3, 4], [1, 1, 2])], ([1, 1], [2])));
    }

    [Fact]
    public void Weights_are_tied_to_the_dimensions_that_are_normalised()
    {
        var op = new LayerNorm(1e-5);
        var shapes = Probe.Shapes(op, [[1, 2, 2]], [2], [2]);
        Assert.Equal([1, 2, 2], shapes.Output.ToArray());
        Assert.Equal(
            new HashSet<string>
            {
                "in0.0[0]~out.0[0]", "in0.1[0]~out.1[0]", "in0.1[1]~out.1[1]", "in0.2[0]~out.2[0]", "in0.2[1]~out.2[1]",
                "out.2[0]~p0.0[0]", "out.2[1]~p0.0[1]", "out.2[0]~p1.0[0]", "out.2[1]~p1.0[1]",
            },
            Probe.Couple(op, shapes).Ties);
        op = new LayerNorm(1e-5, Dimensions: 2);
        Probe.AssertTied(
            Probe.Couple(op, Probe.Shapes(op, [[1, 2, 3]], [2, 3], [2, 3])).Ties,
            "out.1[1]~p0.0[1]",
            "out.2[2]~p0.1[2]");
        var rms = new RmsNorm(1e-6);
        Probe.AssertTied(
            Probe.Couple(rms, Probe.Shapes(rms, [[1, 2, 2]], [2])).Ties, "out.2[1]~p0.0[1]", "in0.2[1]~out.2[1]");
        Assert.True(op.ChangesWhenChannelsLeave && rms.ChangesWhenChannelsLeave);
        Assert.False(new BatchNorm2d(1e-5, 0.1).ChangesWhenChannelsLeave);
    }

    [Fact]
    public void Parameters_that_do_not_fit_are_an_error()
    {
        Assert.Equal(
            "Node 'node': parameter [3] does not fit the last 1 dimension(s) of [1, 2, 2].", Probe.Error(
                new LayerNorm(0), [[1, 2, 2]], [3], [3]));
        Assert.Equal(
            "Node 'node': the last 3 dimensions of [1, 2, 2] cannot be normalised.",
            Probe.Error(new LayerNorm(0, 3), [[1, 2, 2]]));
        Assert.Equal(
            "Node 'node': weight [3] does not fit input [1, 2, 2].",
            Probe.Error(new RmsNorm(0), [[1, 2, 2]], [3]));
    }

    [Fact]
    public void Channels_first_is_normalised_at_each_position()
    {
        var g = new GraphBuilder("norm");
        var graph = g.Build(g.LayerNorm2d("norm", g.Input("input", 2, 1, 2), epsilon: 1e-12));
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        // Channels 1 and 5 at the left, 2 and 0 at the right.
        using var batch = Tensor.FromArray<float>([1, 2, 5, 0], [1, 2, 1, 2]);
        using var output = new Executor(graph, parameters).Forward(batch, training: false);
        Assert.Equal([1, 2, 1, 2], output.Shape.ToArray());
        Tensors.AssertClose([-1f, 1, 1, -1], output.ToArray<float>());
    }
}

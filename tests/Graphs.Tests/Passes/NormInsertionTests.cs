using Ocs.Graphs.Operators;
using Ocs.Graphs.Passes;
using Ocs.Torch;

namespace Ocs.Graphs.Tests.Passes;

[NoTensorLeaks]
public sealed class NormInsertionTests
{
    [Fact]
    public void A_norm_behind_every_convolution_changes_no_output()
    {
        var graph = Network();
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        using var images = Images(5);
        var (normed, weights) = NormInsertion.Apply(graph, parameters, [images]);
        using (weights)
        {
            Assert.Equal(
                ["input", "conv1", "conv1.norm", "relu", "conv2", "conv2.norm", "add",
                    "up", "up.norm", "flatten", "fc"],
                normed.Nodes.Select(node => node.Name));
            Assert.Equal(graph.Macs, normed.Macs);
            using var other = Images(6);
            using var expected = new Executor(graph, parameters).Forward(other, training: false);
            using var actual = new Executor(normed, weights).Forward(other, training: false);
            var (before, after) = (expected.ToArray<float>(), actual.ToArray<float>());
            Assert.All(before.Zip(after), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        }
    }

    [Fact]
    public void In_training_the_images_that_were_measured_give_the_same_outputs()
    {
        var graph = Network();
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        using var images = Images(5);
        var (normed, weights) = NormInsertion.Apply(graph, parameters, [images, images]);
        using (weights)
        {
            using var expected = new Executor(graph, parameters).Forward(images, training: false);
            using var actual = new Executor(normed, weights).Forward(images, training: true);
            // A batch's own variance is over n, the running one over n - 1.
            Assert.All(
                expected.ToArray<float>().Zip(actual.ToArray<float>()),
                pair => Assert.Equal(pair.First, pair.Second, 0.02));
        }
    }

    [Fact]
    public void Names_that_are_taken_are_not_taken_again()
    {
        var g = new GraphBuilder("taken");
        var x = g.Relu("conv.norm", g.Conv2d("conv", g.Input("input", 1, 4, 4), 2, 3));
        var graph = g.Build(x);
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        using var images = Tensor.Full([2, 1, 4, 4], 1);
        var (normed, weights) = NormInsertion.Apply(graph, parameters, [images]);
        weights.Dispose();
        Assert.Equal(["input", "conv", "conv.norm_inserted", "conv.norm"], normed.Nodes.Select(node => node.Name));
        Assert.IsType<BatchNorm2d>(normed.Nodes[2].Operator);
    }

    private static Graph Network()
    {
        var g = new GraphBuilder("folded");
        var x = g.Relu("relu", g.Conv2d("conv1", g.Input("input", 2, 8, 8), 4, 3, padding: 1, bias: true));
        x = g.Add("add", x, g.Conv2d("conv2", x, 4, 3, padding: 1));
        x = g.ConvTranspose2d("up", x, 3, 2, stride: 2);
        return g.Build(g.Linear("fc", g.Flatten("flatten", x), 3));
    }

    private static Tensor Images(int seed) =>
        Tensor.FromArray<float>(new Dice(seed).Floats(16 * 2 * 8 * 8, -1, 2), [16, 2, 8, 8]);
}

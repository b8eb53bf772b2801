using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Tasks.Tests;

[NoTensorLeaks]
public sealed class SegmentationTests
{
    private static readonly Segmentation Task = new(["sky", "road", "car"]);

    // Classes that pixels have: 0 0 1 | 1 - 2; that are found: 0 1 1 | 0 2 1. Right of those that have or are given
    // the class: 1 of 3, 1 of 4, 0 of 1.
    [Fact]
    public void The_intersections_over_unions_are_counted_over_all_images()
    {
        var tally = Task.CreateTally();
        using var first = Logits(0, 1, 1);
        using var second = Logits(0, 2, 1);
        using var one = Batch(0, 0, 1);
        using var two = Batch(1, MaskFolder.Ignored, 2);
        tally.Add([first], one);
        tally.Add([second], two);

        var values = tally.Values(2, loss: 0, new OneProcess());

        Assert.Equal((1 / 3.0 + 1 / 4.0 + 0) / 3, values[0], 1e-12);
        Assert.Equal(2 / 5.0, values[1], 1e-12);
    }

    // A class that no pixel has and none is given is no part of the mean.
    [Fact]
    public void A_class_that_does_not_occur_is_left_out()
    {
        var tally = Task.CreateTally();
        using var logits = Logits(0, 1, 1);
        using var batch = Batch(0, 1, 1);
        tally.Add([logits], batch);
        Assert.Equal([1, 1], tally.Values(1, loss: 0, new OneProcess()).ToArray());
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(0.5, 2, 4)]
    public void The_loss_is_the_weighted_mean_cross_entropy_of_pixels_with_a_class(double sky, double road, double car)
    {
        float[] values = [1, 2, -1, 0.5f, 0, 3, -2, 1, 0.25f];
        long[] labels = [2, MaskFolder.Ignored, 1];
        double[] weights = [sky, road, car];
        using var logits = Tensor.FromArray(values, [1, 3, 1, 3]);
        using var batch = Batch(labels);
        using var loss = new Segmentation(Task.ClassNames) { ClassWeights = [.. weights] }.Loss([logits], batch);
        var (sum, total) = (0.0, 0.0);
        for (var x = 0; x < 3; x++)
        {
            if (labels[x] >= 0)
            {
                var all = Math.Log(Enumerable.Range(0, 3).Sum(k => Math.Exp(values[(3 * k) + x])));
                sum += weights[labels[x]] * (all - values[(3 * labels[x]) + x]);
                total += weights[labels[x]];
            }
        }

        Assert.Equal(sum / total, loss.Item<double>(), 1e-6);
    }

    [Fact]
    public void The_classes_of_all_pixels_are_decoded()
    {
        using var logits = Logits(2, 0, 1);
        var decoded = Task.Decode([logits]);
        Assert.Equal((1, 3), (decoded[0].Height, decoded[0].Width));
        Assert.Equal<byte>([2, 0, 1], decoded[0].Classes);
    }

    [Fact]
    public void A_network_or_weights_that_do_not_fit_are_a_sentence()
    {
        using var data = new TensorDataset(
            "plain", [Tensor.Zeros([2, 3, 4, 4])], [Tensor.Zeros([2, 4, 4], DType.Int64)]);
        Refused("gives [1, 2, 4, 4] for an image, but a segmentation of plain has 3 classes", Task, Net(2, 4));
        Refused("gives classes for 8x8 pixels, but images of plain have 4x4", Task, Net(3, 8));
        Refused(
            "`ClassWeights` has 2 numbers; give 3 above 0",
            new Segmentation(Task.ClassNames) { ClassWeights = [1, 2] }, Net(3, 4));
        Task.Check(Net(3, 4), data);

        void Refused(string part, Segmentation task, Graph graph) => Assert.Contains(
            part, Assert.Throws<OcsInputException>(() => task.Check(graph, data)).Message, StringComparison.Ordinal);
    }

    private static Graph Net(int classes, int size)
    {
        var g = new GraphBuilder("net");
        return g.Build(g.Conv2d("conv", g.Input("input", 3, size, size), classes, kernel: 1));
    }

    // [1, 3, 1, 3] whose likeliest classes are these.
    private static Tensor Logits(params ReadOnlySpan<int> found)
    {
        var values = new float[9];
        for (var x = 0; x < 3; x++)
        {
            values[(3 * found[x]) + x] = 1 + x;
        }

        return Tensor.FromArray(values, [1, 3, 1, 3]);
    }

    private static Batch Batch(params long[] labels) =>
        new(0, [Tensor.Zeros([1, 3, 1, 3])], [Tensor.FromArray(labels, [1, 1, 3])]);
}

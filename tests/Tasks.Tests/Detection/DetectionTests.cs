using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Tasks.Tests;

/// <summary>The loss, the metrics and the decoding of detectors; torchvision's numbers are in Parity.Tests.</summary>
[NoTensorLeaks]
public sealed class DetectionTests
{
    private static readonly ImmutableArray<string> Names = ["cat", "dog"];

    // Two cells, each with a box of half of the image's width.
    private static readonly DefaultBoxes Boxes = new(
        [new(1, 2, 1, 0.5, [new(0.5, 1)]), new(1, 1, 1, 1, [new(0.9, 0.9)])], DefaultBoxOrder.SizeFirst);

    [Fact]
    public void Each_object_has_its_best_box_and_of_two_with_the_same_the_later_one_has_it()
    {
        using var defaults = new BoxConstants(Boxes, Device.Cpu);
        double[] boxes =
        [
            0, 0, 0.5, 0.9, 0, 0, 0.5, 0.8, 0, 0, 0, 0,
            0.4, 0.4, 0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        using var edges = Tensor.FromArray(boxes, [2, 3, 4]);
        using var classes = Tensor.FromArray<long>([0, 1, -1, 1, -1, -1], [2, 3]);
        using var matches = BoxMatching.Match(edges, classes, defaults, 0.5);
        Assert.Equal([2, 0, 0, 2, 0, 0], matches.Classes.ToArray<long>());
        Assert.Equal([0, 0, 0.5f, 0.8f], matches.Boxes.ToArray<float>()[..4]);
    }

    [Fact]
    public void Offsets_are_those_of_the_formula_and_come_back()
    {
        using var defaults = new BoxConstants(Boxes, Device.Cpu);
        float[] edges = [0.1f, 0.2f, 0.5f, 0.9f, 0.5f, 0, 0.9f, 0.4f, 0.2f, 0.2f, 0.4f, 0.9f];
        using var boxes = Tensor.FromArray(edges, [1, 3, 4]);
        using var offsets = BoxCoding.Encode(boxes, defaults);
        float[] first =
        [
            (float)((0.3 - 0.25) / 0.5 / 0.1), (float)((0.55 - 0.5) / 0.1),
            (float)(Math.Log(0.4 / 0.5) / 0.2), (float)(Math.Log(0.7) / 0.2),
        ];
        Tensors.AssertClose(first, offsets.ToArray<float>()[..4]);
        using var back = (Boxes with { Decodes = true }).Run(new([offsets], [], training: false, inPlace: false));
        Tensors.AssertClose(edges, back.ToArray<float>());
    }

    // One of three boxes is matched, so three times as many negatives count as there are: two. By hand.
    [Fact]
    public void The_loss_is_that_of_the_definition_and_an_image_without_objects_has_none()
    {
        using var offsets = Tensor.FromArray<float>([0, 0, 0, 2, 9, 9, 9, 9, 9, 9, 9, 9, .. new float[12]], [2, 3, 4]);
        using var logits = Tensor.FromArray<float>([0, 1, 0, 0, 0, 0, 2, 0, 0, .. new float[9]], [2, 3, 3]);
        using var batch = Batch([0, 0, 0.5, 1, 0, 0, 0, 0], [0, -1], 2);
        using var task = new Detection(Names, Boxes);
        using var loss = task.Loss([offsets, logits], batch);
        var entropies = Entropy([0, 1, 0], 1) + Entropy([0, 0, 0], 0) + Entropy([2, 0, 0], 0);
        Assert.Equal((1.5 + entropies) / 2, loss.Item<double>(), 1e-6);

        using var perBatch = new Detection(Names, Boxes) { LossNormalization = DetectionLossNormalization.PerBatch };
        using var other = perBatch.Loss([offsets, logits], batch);
        Assert.Equal(1.5 + entropies, other.Item<double>(), 1e-6);
    }

    [Fact]
    public void Crowds_and_ignored_objects_are_not_trained_on()
    {
        using var offsets = Tensor.Zeros([1, 3, 4]);
        using var logits = Tensor.Zeros([1, 3, 3]);
        using var task = new Detection(Names, Boxes);
        foreach (var kind in Enum.GetValues<ObjectKind>())
        {
            using var batch = new Batch(0, [Tensor.Zeros([1, 3, 8, 8])], [
                Tensor.FromArray<double>([0, 0, 0.5, 1], [1, 1, 4]), Tensor.FromArray<long>([0], [1, 1]),
                Tensor.FromArray<double>([50, (double)kind], [1, 1, 2])]);
            using var loss = task.Loss([offsets, logits], batch);
            Assert.Equal(kind == ObjectKind.Object, loss.Item<double>() > 0);
        }
    }

    [Fact]
    public void Overlapping_detections_of_a_class_leave_the_surest()
    {
        float[] boxes = [0, 0, 0.5f, 1, 0, 0, 0.5f, 0.9f, 0.4f, 0, 0.9f, 1];
        float[] scores = [0, 0.6f, 0.4f, 0, 0.7f, 0.3f, 0.9f, 0.06f, 0.04f];
        var found = NonMaximumSuppression.Detect(boxes, scores, new());
        Assert.Equal(
            [(0, 0.7f), (1, 0.4f), (0, 0.06f)], found.Select(box => (box.Class, (float)box.Score)));
        Assert.Single(NonMaximumSuppression.Detect(boxes, scores, new() { MostPerImage = 1 }));
    }

    // Offsets that say exactly where the objects are, in several batches and several processes.
    [Fact]
    public void Metrics_are_those_of_all_images_of_all_processes()
    {
        using var task = new Detection(Names, Boxes);
        using var coco = new Detection(Names, Boxes) { Headline = DetectionMetric.CocoAp };
        Assert.Equal(["map50", "coco-ap"], task.Metrics.Select(metric => metric.Name));
        Assert.Equal(["coco-ap", "map50"], coco.Metrics.Select(metric => metric.Name));
        var (alone, first, second) = (task.CreateTally(), task.CreateTally(), task.CreateTally());
        for (var image = 0; image < 4; image++)
        {
            using var batch = Batch([0, 0, 0.5, image == 3 ? 0.7 : 1], [image % 2], 1, image);
            using var offsets = Tensor.Zeros([1, 3, 4]);
            using var logits = Tensor.FromArray<float>(
                [0, image % 2 == 0 ? 5 : 0, image % 2 == 0 ? 0 : 5, 9, 0, 0, 9, 0, 0], [1, 3, 3]);
            alone.Add([offsets, logits], batch);
            (image % 2 == 0 ? second : first).Add([offsets, logits], batch);
        }

        var values = alone.Values(4, 0, new OneProcess());

        // Image 3: an IoU of 0.7, right at five of ten thresholds; class 1 has the precision 1 up to a recall of 0.5.
        Assert.Equal(1, values[0]);
        Assert.Equal((1 + ((5 * 1) + (5 * 51 / 101.0)) / 10) / 2, values[1], 0.02);
        var exchange = new Collected();
        first.Values(4, 0, exchange);
        second.Values(4, 0, exchange);
        exchange.IsComplete = true;
        Assert.Equal(values.ToArray(), second.Values(4, 0, exchange).ToArray());
    }

    [Fact]
    public void A_network_that_does_not_fit_is_an_error()
    {
        var g = new GraphBuilder("odd");
        var x = g.Input("input", 3, 4);
        var plain = g.Build(g.Relu("boxes", x), x);
        Assert.StartsWith(
            "Network 'odd' states no default boxes for its first output",
            Assert.Throws<OcsInputException>(() => Detection.For(plain, Names)).Message, StringComparison.Ordinal);
        var stated = g.Build(g.Add("stated", Boxes, [x], []), x);
        Assert.Equal(
            "Network 'odd' gives [1, 3, 4] and [1, 3, 4], but 2 classes of objects need [1, 3, 4] and [1, 3, 3]; "
            + "build the network for 2 classes.",
            Assert.Throws<OcsInputException>(() => Detection.For(stated, Names)).Message);
        using var task = Detection.For(stated, ["a", "b", "c"]);
        using var output = Tensor.Zeros([1, 3, 4]);
        using var batch = new Batch(0, [Tensor.Zeros([1, 2])], [Tensor.Zeros([1])]);
        Assert.Contains(
            "but the batch has [1]",
            Assert.Throws<OcsInputException>(() => task.Loss([output, output], batch)).Message,
            StringComparison.Ordinal);
        using var wrong = new Detection(Names, Boxes) { Decoding = new() { NmsIou = 2 } };
        Assert.Equal(
            "`NmsIou` is 2, it must be within 0..1",
            Assert.Throws<OcsInputException>(() => wrong.CreateTally()).Message);
    }

    private static double Entropy(double[] logits, int label) =>
        Math.Log(logits.Sum(Math.Exp)) - logits[label];

    private static Batch Batch(double[] boxes, long[] classes, int images, int number = 0) => new(
        0, [Tensor.Zeros([images, 3, 8, 8])],
        [
            Tensor.FromArray(boxes, [images, boxes.Length / 4 / images, 4]),
            Tensor.FromArray(classes, [images, classes.Length / images]),
            Tensor.Zeros([images, classes.Length / images, 2], DType.Float64),
            Tensor.FromArray(
                [.. Enumerable.Range(0, images).SelectMany(i => (double[])[100, 200, number + i])], [images, 3]),
        ]);

    /// <summary>Remembers what each process says, and tells all of it once all have.</summary>
    private sealed class Collected : IProcessExchange
    {
        private readonly List<double[]> _said = [];

        public bool IsComplete { get; set; }

        public double[] Sum(params double[] values) => values;

        public double[][] Gather(double[] values)
        {
            if (!IsComplete)
            {
                _said.Add(values);
            }

            return [.. _said];
        }
    }
}

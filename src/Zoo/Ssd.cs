using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo;

/// <summary>
/// The single-shot detector. Liu et al. 2016, arXiv 1512.02325, section 2: heads on six feature maps give a box and
/// scores for each default box. Output `boxes` is [N, D, 4], offsets from the default boxes; `scores` is [N, D,
/// classes + 1] of logits, the background first.
/// </summary>
internal static class Ssd
{
    private const int Side = 300;
    private const int Coco = 80;

    // torchvision also counts COCO's unused class numbers.
    private const int CocoNumbers = 90;

    /// <summary>Fig. 2 and section 2.2: scales of the maps, and one more after the last.</summary>
    private static readonly double[] Scales = [0.07, 0.15, 0.33, 0.51, 0.69, 0.87, 1.05];

    private static readonly double[][] Ratios = [[2], [2, 3], [2, 3], [2, 3], [2], [2]];

    /// <summary>Pixels between the centres of cells, for images of 300 pixels.</summary>
    private static readonly int[] Steps = [8, 16, 32, 64, 100, 300];

    internal static ImmutableArray<Model> Models { get; } =
    [
        .. new[] { "resnet18", "resnet34", "resnet50" }.Select(trunk => Detector(
            $"ssd300_{trunk}", $"SSD on {trunk} without its last stage (Liu et al. 2016; NVIDIA's form)", Coco,
            (input, classes) => SsdResNet.Build(Zoo.Models.Build(trunk), input, classes).Graph)),
        Detector(
            "ssd300_vgg16", "SSD on VGG-16 (Liu et al. 2016)", CocoNumbers,
            (input, classes) => SsdVgg.Build(Zoo.Models.Build("vgg16"), input, classes).Graph),
    ];

    /// <summary>Uniform values that keep the variance both ways (Glorot and Bengio 2010).</summary>
    public static Initialization Xavier(long inputs, long outputs, int kernel) =>
        Initialization.Uniform(Math.Sqrt(6.0 / ((inputs + outputs) * kernel * kernel)));

    /// <summary>
    /// The last convolution of an extra block, which removes two rows and columns. If nothing would remain, it halves
    /// the map instead, so that small images have six maps too.
    /// </summary>
    public static (int Stride, int Padding) Shrinking(GraphBuilder g, Value x)
    {
        var shape = g.ShapeOf(x);
        return Math.Min(shape[2], shape[3]) >= 3 ? (1, 0) : (2, 1);
    }

    /// <summary>Adds heads to the maps, and builds the network.</summary>
    /// <param name="g">The builder with the maps.</param>
    /// <param name="maps">Six feature maps [1, C, H, W].</param>
    /// <param name="input">The images.</param>
    /// <param name="classes">Classes of objects.</param>
    /// <param name="order">The order of a head's channels: by coordinate or class first, or by box first.</param>
    /// <param name="clampsCentres">Whether centres outside the image are clamped to its edge.</param>
    public static Graph WithHeads(
        GraphBuilder g, ImmutableArray<Value> maps, NetworkInput input, int classes, DefaultBoxOrder order,
        bool clampsCentres)
    {
        var boxes = new DefaultBoxes(
            [.. maps.Select((map, i) => Map(g.ShapeOf(map), i, input))], order, clampsCentres);
        Value Head(string name, int width)
        {
            var parts = maps.Select((map, i) => Scored(
                g, map, $"head.{name}_head.module_list.{i}", boxes.Maps[i].Sizes.Length, width, order)).ToArray();
            return order == DefaultBoxOrder.CellFirst
                ? g.Concat($"head.{name}_head", 1, parts)
                : g.Permute($"head.{name}_head.rows", g.Concat($"head.{name}_head", 2, parts), 0, 2, 1);
        }

        var scores = Head("classification", classes + 1);
        return g.Build(g.Add("boxes", boxes, [Head("regression", 4)], []), scores);
    }

    private static Model Detector(
        string name, string description, int classes, Func<NetworkInput, int, Graph> build) =>
        new(name, description, new(3, Side, Side), classes, build) { Task = ModelTask.Detection };

    private static Value Scored(
        GraphBuilder g, Value map, string name, int boxes, int width, DefaultBoxOrder order)
    {
        const int Kernel = 3;
        var shape = g.ShapeOf(map);
        var (channels, cells) = ((long)boxes * width, shape[2] * shape[3]);

        // NVIDIA's program keeps PyTorch's default initialization of biases.
        var x = g.Conv2d(
            name, map, channels, Kernel, padding: 1, bias: true,
            initialization: Xavier(shape[1], channels, Kernel),
            biasInitialization: order == DefaultBoxOrder.CellFirst
                ? null
                : Initialization.Uniform(1 / Math.Sqrt(shape[1] * Kernel * Kernel)));
        return order == DefaultBoxOrder.CellFirst
            ? g.Reshape($"{name}.flat", g.Permute($"{name}.rows", x, 0, 2, 3, 1), [1, cells * boxes, width])
            : g.Reshape($"{name}.flat", x, [1, width, boxes * cells]);
    }

    // For images of other sizes the centres divide the image evenly.
    private static DefaultBoxMap Map(ImmutableArray<long> shape, int index, NetworkInput input)
    {
        var (scale, next) = (Scales[index], Scales[index + 1]);
        var between = Math.Sqrt(scale * next);
        return new(
            (int)shape[2],
            (int)shape[3],
            input.Height == Side ? (double)Steps[index] / Side : 1.0 / shape[2],
            input.Width == Side ? (double)Steps[index] / Side : 1.0 / shape[3],
            [
                new(scale, scale),
                new(between, between),
                .. Ratios[index].SelectMany(ratio => new DefaultBoxSize[]
                {
                    new(scale * Math.Sqrt(ratio), scale / Math.Sqrt(ratio)),
                    new(scale / Math.Sqrt(ratio), scale * Math.Sqrt(ratio)),
                }),
            ]);
    }
}

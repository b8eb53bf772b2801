using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>
/// One class a pixel: the first output is [N, K, H, W] of logits, the first target [N, H, W] of class numbers, int64,
/// <see cref="MaskFolder.Ignored"/> where a pixel has none. The loss is the mean cross-entropy of the other pixels of
/// the batch (Long et al. 2015, FCN, arXiv 1411.4038, section 4).
/// </summary>
/// <param name="classNames">The names of the classes, in the order of the logits.</param>
public sealed class Segmentation(ImmutableArray<string> classNames) : ITask<SegmentedImage>
{
    private static readonly Metric MeanIou = new("mean-iou", IsFraction: true);
    private static readonly Metric PixelAccuracy = new("pixel-accuracy", IsFraction: true);

    /// <summary>The names of the classes, in the order of the logits.</summary>
    public ImmutableArray<string> ClassNames { get; } = classNames;

    /// <summary>How much a pixel of each class counts in the loss, above 0; empty for all the same.</summary>
    public ImmutableArray<double> ClassWeights { get; init; } = [];

    /// <inheritdoc/>
    public string Name => "segmentation";

    /// <summary>
    /// The intersection over union of the pixels that have a class and those that are given it, as a mean over the
    /// classes that occur (Long et al. 2015, section 5); and the fraction of pixels whose class is found. Both are
    /// counted over all pixels of all images.
    /// </summary>
    public ImmutableArray<Metric> Metrics => [MeanIou, PixelAccuracy];

    /// <inheritdoc/>
    public Tensor Loss(IReadOnlyList<Tensor> outputs, Batch batch)
    {
        if (ClassWeights.IsEmpty)
        {
            return Aten.CrossEntropy(outputs[0], batch.Labels);
        }

        using var values = Tensor.FromArray(
            ClassWeights.Select(weight => (float)weight).ToArray(), [ClassWeights.Length]);
        using var weights = values.To(outputs[0].Device);
        return Aten.CrossEntropy(outputs[0], batch.Labels, weights);
    }

    /// <summary>Output 0 has the logits of a class in each channel.</summary>
    public OutputActivation ActivationOf(int output) =>
        output == 0 ? OutputActivation.Softmax : OutputActivation.None;

    /// <inheritdoc/>
    public IMetricTally CreateTally() => new PixelTally(ClassNames.Length);

    /// <inheritdoc/>
    public void Check(Graph graph, IDataset data)
    {
        var output = graph.Nodes[graph.Outputs[0]].Shape;
        if (output.Length != 4 || output[1] != ClassNames.Length)
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' gives {NodeShapes.Show(output)} for an image, but a segmentation of "
                + $"{data.Name} has {ClassNames.Length} classes: [1, {ClassNames.Length}, H, W]; "
                + "give a network for segmentation with as many classes.");
        }

        var (height, width) = (data.InputShapes[0][^2], data.InputShapes[0][^1]);
        if (output[2] != height || output[3] != width)
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' gives classes for {output[2]}x{output[3]} pixels, but images of {data.Name} "
                + $"have {height}x{width}; give a network whose output has the size of the image.");
        }

        if (!ClassWeights.IsEmpty
            && (ClassWeights.Length != ClassNames.Length
                || !ClassWeights.All(weight => weight > 0 && double.IsFinite(weight))))
        {
            throw new OcsInputException(
                $"`{nameof(ClassWeights)}` has {ClassWeights.Length} numbers; give {ClassNames.Length} above 0, one "
                + "for each class.");
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<SegmentedImage> Decode(IReadOnlyList<Tensor> outputs)
    {
        using var _ = Autograd.NoGrad();
        var (height, width) = ((int)outputs[0].Shape[2], (int)outputs[0].Shape[3]);
        var classes = Found(outputs[0]);
        return
        [
            .. classes.Chunk(height * width).Select(
                image => new SegmentedImage(height, width, [.. image.Select(label => (byte)label)])),
        ];
    }

    /// <summary>[N H W]: the likeliest class of each pixel of [N, K, H, W] logits.</summary>
    internal static long[] Found(Tensor logits)
    {
        using var chosen = Aten.Argmax(logits, 1);
        using var here = chosen.To(Device.Cpu);
        return here.ToArray<long>();
    }
}

/// <summary>The classes that a network finds in an image.</summary>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
/// <param name="Classes">[H, W], row by row.</param>
public sealed record SegmentedImage(int Height, int Width, ImmutableArray<byte> Classes);

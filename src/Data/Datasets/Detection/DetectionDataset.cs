using System.Collections.Concurrent;
using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Data;

/// <summary>
/// Images with boxes around their objects, read while training. The input is [3, size, size], normalized. M is the
/// largest number of objects of an image; images with fewer are padded.
/// </summary>
/// <remarks>
/// Target 0 [M, 4], float64: left, top, right, bottom as shares of the image. Target 1 [M], int64: the class, -1 where
/// there is no object. Target 2 [M, 2], float64: the area in square pixels, and the <see cref="ObjectKind"/>. Target 3
/// [3], float64: height and width of the image in its file, and its number in this data set. The augmentation depends
/// on the seed, the epoch and the image alone.
/// </remarks>
public sealed class DetectionDataset : SampleDataset, INormalizedImages
{
    private readonly DetectionAnnotations _annotations;
    private readonly DetectionDatasetOptions _options;
    private readonly int _most;
    private readonly ConcurrentBag<DetectionImageReader> _readers = [];

    /// <summary>The images of annotations.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="annotations">The images and their objects.</param>
    /// <param name="options">How they are read; null takes the defaults.</param>
    /// <exception cref="OcsInputException">An option is out of range, or there are no images.</exception>
    public DetectionDataset(
        string name, DetectionAnnotations annotations, DetectionDatasetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(annotations);
        (Name, _annotations, _options) = (name, annotations, options ?? new());
        _options.Require();
        if (annotations.Images.IsEmpty)
        {
            throw new OcsInputException($"The data set {name} has no images; give annotations that have some.");
        }

        _most = Math.Max(1, annotations.Images.Max(image => image.Objects.Length));
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override int Count => _annotations.Images.Length;

    /// <inheritdoc/>
    public override ImmutableArray<ImmutableArray<long>> InputShapes => [[3, _options.Size, _options.Size]];

    /// <summary>The names of the classes, in their order; the background has none.</summary>
    public ImmutableArray<string> ClassNames => _annotations.ClassNames;

    /// <summary>The normalization of the network's input.</summary>
    public Normalization Normalization => _options.Normalization;

    /// <summary>Remarks on surprising annotations, a sentence each.</summary>
    public ImmutableArray<string> Remarks => _annotations.Remarks;

    /// <summary>One image with its objects.</summary>
    /// <param name="index">Which, from 0 to N - 1.</param>
    /// <param name="seed">For augmentation; null if the image is only resized.</param>
    /// <exception cref="OcsInputException">The file cannot be read.</exception>
    public override Sample Get(int index, ulong? seed)
    {
        var image = _annotations.Images[index];
        var reader = _readers.TryTake(out var free) ? free : new DetectionImageReader(_options);
        var size = reader.Open(Path.Combine(_annotations.Folder, image.File));
        var objects = image.Objects;
        var (part, mirrored) = ((0, 0, size.Height, size.Width), false);
        var rng = seed is { } number ? new Rng(number) : null;
        if (rng is not null && _options.Augmentation.RandomCrop)
        {
            (part, var shares) = Whole(DetectionCrop.Draw(objects, rng), size);
            objects = DetectionCrop.Within(shares, objects);
        }

        if (rng is not null && _options.Augmentation.HorizontalFlip && rng.NextBool())
        {
            mirrored = true;
            objects = [.. objects.Select(found => found with
            {
                Box = found.Box with { Left = 1 - found.Box.Right, Right = 1 - found.Box.Left },
            })];
        }

        var pixels = Tensor.Empty([3, _options.Size, _options.Size]);
        var colours = _options.Augmentation.ChangesColours ? rng : null;
        reader.Write(size, part, mirrored, colours, pixels.AsSpan<float>());
        _readers.Add(reader);
        return new([pixels], Targets(objects, (part.Item3, part.Item4), [size.Height, size.Width, index]));
    }

    // A part of whole pixels, and the shares that it then has.
    private static ((int Top, int Left, int Height, int Width) Pixels, BoundingBox Shares) Whole(
        BoundingBox part, (int Height, int Width) size)
    {
        var (left, top) = ((int)(part.Left * size.Width), (int)(part.Top * size.Height));
        var width = Math.Clamp((int)Math.Round(part.Width * size.Width), 1, size.Width - left);
        var height = Math.Clamp((int)Math.Round(part.Height * size.Height), 1, size.Height - top);
        return (
            (top, left, height, width),
            BoundingBox.FromSize(left, top, width, height).Scale(1.0 / size.Width, 1.0 / size.Height));
    }

    private Tensor[] Targets(ImmutableArray<AnnotatedObject> objects, (int Height, int Width) size, double[] place)
    {
        var boxes = new double[4 * _most];
        var classes = new long[_most];
        var kinds = new double[2 * _most];
        Array.Fill(classes, -1);
        for (var i = 0; i < objects.Length; i++)
        {
            var (label, box, kind, area) = objects[i];
            (boxes[4 * i], boxes[4 * i + 1], boxes[4 * i + 2], boxes[4 * i + 3]) =
                (box.Left, box.Top, box.Right, box.Bottom);
            classes[i] = label;
            (kinds[2 * i], kinds[2 * i + 1]) = (area ?? box.Scale(size.Width, size.Height).Area, (double)kind);
        }

        return
        [
            Tensor.FromArray(boxes, [_most, 4]), Tensor.FromArray(classes, [_most]),
            Tensor.FromArray(kinds, [_most, 2]), Tensor.FromArray(place, [3]),
        ];
    }
}

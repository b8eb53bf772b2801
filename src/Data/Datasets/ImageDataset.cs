using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>Labelled images of one size, whole in memory: bytes [N, C, H, W] and a class number each.</summary>
public sealed class ImageDataset : LabelledImages
{
    private readonly byte[] _images;

    /// <param name="name">The name in <see cref="DatasetCatalog"/>, or the caller's own.</param>
    /// <param name="images">[N, C, H, W]; the data set owns it from now on.</param>
    /// <param name="labels">[N], each an index into <paramref name="classNames"/>.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="classNames">What the labels mean.</param>
    /// <param name="normalization">Mean and deviation per channel of the training images.</param>
    public ImageDataset(
        string name,
        byte[] images,
        ImmutableArray<int> labels,
        int channels,
        int height,
        int width,
        ImmutableArray<string> classNames,
        Normalization normalization)
        : base(name, labels, classNames, normalization)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(normalization);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (images.LongLength != (long)labels.Length * channels * height * width)
        {
            throw new ArgumentException(
                $"{images.LongLength} bytes are not {labels.Length} images of {channels}x{height}x{width}",
                nameof(images));
        }

        foreach (var label in labels)
        {
            if ((uint)label >= (uint)classNames.Length)
            {
                throw new ArgumentException($"label {label} is outside 0..{classNames.Length - 1}", nameof(labels));
            }
        }

        if (normalization.Problem(channels) is { } problem)
        {
            throw new ArgumentException(problem, nameof(normalization));
        }

        (_images, Channels, Height, Width) = (images, channels, height, width);
    }

    /// <inheritdoc />
    public override int Channels { get; }

    /// <inheritdoc />
    public override int Height { get; }

    /// <inheritdoc />
    public override int Width { get; }

    /// <summary>All pixels, [N, C, H, W].</summary>
    public ReadOnlyMemory<byte> Images => _images;

    // Looking pixels up in a table takes less time than handing them between threads.
    internal override int Workers => 1;

    /// <inheritdoc />
    public override ImageDataset With(Normalization normalization) =>
        new(Name, _images, Labels, Channels, Height, Width, ClassNames, normalization);

    /// <summary>Pixels of one image, [C, H, W].</summary>
    public ReadOnlySpan<byte> Image(int index) => _images.AsSpan(checked(index * ImageLength), ImageLength);

    /// <inheritdoc />
    public override ImageDataset Sample(int count, ulong seed)
    {
        if (Choose(count, seed) is not { } chosen)
        {
            return this;
        }

        var images = new byte[checked(count * ImageLength)];
        for (var i = 0; i < count; i++)
        {
            Image(chosen[i]).CopyTo(images.AsSpan(i * ImageLength));
        }

        ImmutableArray<int> labels = [.. chosen.Select(i => Labels[i])];
        return new(Name, images, labels, Channels, Height, Width, ClassNames, Normalization);
    }

    /// <summary>
    /// Counts the pixels exactly: mean and population standard deviation per channel, pixels scaled to 0..1.
    /// </summary>
    public Normalization Measure()
    {
        var mean = ImmutableArray.CreateBuilder<float>(Channels);
        var deviation = ImmutableArray.CreateBuilder<float>(Channels);
        var plane = Height * Width;
        var samples = (double)Count * plane;
        for (var channel = 0; channel < Channels; channel++)
        {
            long sum = 0;
            long squares = 0;
            for (var image = 0; image < Count; image++)
            {
                foreach (var pixel in Image(image).Slice(channel * plane, plane))
                {
                    sum += pixel;
                    squares += pixel * pixel;
                }
            }

            var average = sum / samples;
            mean.Add((float)(average / 255));
            deviation.Add((float)(Math.Sqrt((squares / samples) - (average * average)) / 255));
        }

        return new(mean.MoveToImmutable(), deviation.MoveToImmutable());
    }

    internal override string? Problem(AugmentationOptions options) => options switch
    {
        { MinCropArea: not 0 } =>
            $"`{nameof(options.MinCropArea)}` is for images of many sizes, "
            + $"{Name} takes `{nameof(options.CropPadding)}`",
        { RandAugmentOperations: > 0 } when Channels is not (1 or 3) =>
            $"`{nameof(options.RandAugmentOperations)}` is for grey and colour images, {Name} has {Channels} channels",
        _ => null,
    };

    private protected override IImageWriter CreateWriter(AugmentationOptions options) => new Writer(this, options);

    private sealed class Writer(ImageDataset dataset, AugmentationOptions options) : IImageWriter
    {
        private readonly Augmenter _augmenter = new(dataset, options);

        public bool Write(int index, Span<float> destination, bool channelsLast, Rng rng)
        {
            _augmenter.Write(dataset.Image(index), destination, channelsLast, rng);
            return true;
        }

        public void Dispose()
        {
            // The pixels belong to the data set.
        }
    }
}

using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>Images with one class each, in memory or read while training.</summary>
public abstract class LabelledImages : INormalizedImages
{
    private protected LabelledImages(
        string name, ImmutableArray<int> labels, ImmutableArray<string> classNames, Normalization normalization) =>
        (Name, Labels, ClassNames, Normalization) = (name, labels, classNames, normalization);

    /// <summary>The name in <see cref="DatasetCatalog"/>, or the caller's own.</summary>
    public string Name { get; }

    /// <summary>Number of images, N.</summary>
    public int Count => Labels.Length;

    /// <inheritdoc/>
    public ImmutableArray<ImmutableArray<long>> InputShapes => [[Channels, Height, Width]];

    /// <summary>C.</summary>
    public abstract int Channels { get; }

    /// <summary>H of the network's input.</summary>
    public abstract int Height { get; }

    /// <summary>W of the network's input.</summary>
    public abstract int Width { get; }

    /// <summary>Values of one image: C * H * W.</summary>
    public int ImageLength => Channels * Height * Width;

    /// <summary>[N], each an index into <see cref="ClassNames"/>.</summary>
    public ImmutableArray<int> Labels { get; }

    /// <summary>What the labels mean.</summary>
    public ImmutableArray<string> ClassNames { get; }

    /// <summary>
    /// The normalization of the network's input: mean and deviation of the training images, unless another was chosen.
    /// </summary>
    public Normalization Normalization { get; }

    /// <summary>Threads that prepare images if the loader's options name no number.</summary>
    internal abstract int Workers { get; }

    /// <inheritdoc/>
    public IBatchSource Open(BatchLoaderOptions options) => new BatchLoader(this, options);

    /// <summary>The same images for a network that wants another normalization.</summary>
    public abstract LabelledImages With(Normalization normalization);

    /// <summary>
    /// A random choice of <paramref name="count"/> images (all, if there are fewer), in their present order.
    /// </summary>
    public abstract LabelledImages Sample(int count, ulong seed);

    /// <summary>Why images of this kind cannot be augmented so, or null if they can.</summary>
    internal abstract string? Problem(AugmentationOptions options);

    /// <summary>Prepares images in one thread; the caller disposes it.</summary>
    internal IImageWriter AugmentingWriter(AugmentationOptions options) =>
        options.RandAugmentOperations == 0 ? CreateWriter(options) : new RandAugmentWriter(
            CreateWriter(options), this, new(options.RandAugmentOperations, options.RandAugmentMagnitude));

    /// <summary>Cuts out, mirrors and normalizes images in one thread; the caller disposes it.</summary>
    private protected abstract IImageWriter CreateWriter(AugmentationOptions options);

    /// <summary>Which images a sample consists of, in ascending order; null for all.</summary>
    private protected int[]? Choose(int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count >= Count)
        {
            return null;
        }

        int[] order = [.. Enumerable.Range(0, Count)];
        Rng.ForStream(seed, "sample").Shuffle(order);
        var chosen = order[..count];
        Array.Sort(chosen);
        return chosen;
    }
}

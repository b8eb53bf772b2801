using Ocs.Torch;

namespace Ocs.Data;

/// <summary>How images become batches.</summary>
public sealed record BatchLoaderOptions
{
    /// <summary>Images in a batch, N.</summary>
    /// <value>128. At least 1.</value>
    public int BatchSize { get; init; } = 128;

    /// <summary>The part of each batch that this process makes; <see cref="BatchSize"/> counts all parts.</summary>
    /// <value>All of it.</value>
    public Shard Shard { get; init; } = Shard.Whole;

    /// <summary>The augmentation of each image.</summary>
    /// <value><see cref="AugmentationOptions.Evaluation"/>.</value>
    public AugmentationOptions Augmentation { get; init; } = AugmentationOptions.Evaluation;

    /// <summary>The seed of order and augmentation.</summary>
    /// <value>0.</value>
    public ulong Seed { get; init; }

    /// <summary>Whether each epoch has its own random order.</summary>
    /// <value>False.</value>
    public bool Shuffle { get; init; }

    /// <summary>Whether an incomplete last batch is skipped.</summary>
    /// <value>False.</value>
    public bool DropLast { get; init; }

    /// <summary>
    /// Batches prepared ahead of the training step. With 0 each batch is prepared when it is requested.
    /// </summary>
    /// <value>3. Range 0..64.</value>
    public int PrefetchDepth { get; init; } = 3;

    /// <summary>Threads that prepare images; null takes what the data set needs.</summary>
    /// <value>Null: one for images in memory, for folders <see cref="ImageFolderOptions.Workers"/>. 1..256.</value>
    public int? Workers { get; init; }

    /// <summary>The order of the images in memory.</summary>
    /// <value><see cref="MemoryFormat.Contiguous"/>; or <see cref="MemoryFormat.ChannelsLast"/>.</value>
    public MemoryFormat MemoryFormat { get; init; } = MemoryFormat.Contiguous;

    /// <summary>The device of the batches.</summary>
    /// <value>The CPU.</value>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>
    /// Whether the data set is copied to the device and augmented there. Values are the same. A data set of more than 1
    /// GiB stays in host memory.
    /// </summary>
    /// <value>False.</value>
    public bool Resident { get; init; }

    /// <summary>For training: shuffled and augmented.</summary>
    public static BatchLoaderOptions Train(int batchSize, AugmentationOptions augmentation, ulong seed) =>
        new() { BatchSize = batchSize, Augmentation = augmentation, Seed = seed, Shuffle = true };

    /// <summary>For evaluation: every image once, in order, without augmentation.</summary>
    public static BatchLoaderOptions Evaluation(int batchSize) => new() { BatchSize = batchSize };

    /// <summary>Everything that is wrong with the options, a sentence each.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [.. Augmentation.Validate()];
        if (BatchSize < 1)
        {
            problems.Add($"`{nameof(BatchSize)}` is {BatchSize}, it must be at least 1");
        }

        if (PrefetchDepth is < 0 or > 64)
        {
            problems.Add($"`{nameof(PrefetchDepth)}` is {PrefetchDepth}, it must be within 0..64");
        }

        if (Workers is not (null or (>= 1 and <= 256)))
        {
            problems.Add($"`{nameof(Workers)}` is {Workers}, it must be within 1..256");
        }

        if (MemoryFormat is not (MemoryFormat.Contiguous or MemoryFormat.ChannelsLast))
        {
            problems.Add($"`{nameof(MemoryFormat)}` is {MemoryFormat}, it must be Contiguous or ChannelsLast");
        }

        return problems;
    }
}

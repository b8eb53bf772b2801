using System.Collections.Concurrent;
using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Data;

/// <summary>
/// Colour images with one mask each, in files of any size, read while training. A pixel of a mask holds the number of
/// the class of the image's pixel. Image and mask are resized to the same height and width.
/// </summary>
/// <remarks>
/// The input is [3, H, W], normalized; the target [H, W], int64: the class, or <see cref="Ignored"/>. The augmentation
/// depends on the seed, the epoch and the image alone. Masks are PNG files with a palette or in grey.
/// </remarks>
public sealed class MaskFolder : SampleDataset, INormalizedImages
{
    /// <summary>The class of pixels that have none.</summary>
    public const int Ignored = -100;

    /// <summary>The name of such data sets.</summary>
    internal const string DataName = "maskfolder";

    private const string ClassesFile = "classes.txt";

    private static readonly ImmutableArray<string> CamVidClasses =
    [
        "sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car", "pedestrian", "bicyclist",
    ];

    private readonly MaskLayout _layout;
    private readonly MaskFolderOptions _options;
    private readonly AugmentationOptions _augmentation;
    private readonly ImmutableArray<int> _chosen;
    private readonly ConcurrentBag<MaskReader> _readers = [];

    private MaskFolder(
        MaskLayout layout, MaskFolderOptions options, AugmentationOptions augmentation,
        ImmutableArray<string> classNames, Normalization normalization, ImmutableArray<int> chosen) =>
        (_layout, _options, _augmentation, ClassNames, Normalization, _chosen) =
            (layout, options, augmentation, classNames, normalization, chosen);

    /// <inheritdoc/>
    public override string Name => DataName;

    /// <inheritdoc/>
    public override int Count => _chosen.Length;

    /// <inheritdoc/>
    public override ImmutableArray<ImmutableArray<long>> InputShapes => [[3, _options.Height, _options.Width]];

    /// <summary>What the classes mean, in the order of their numbers.</summary>
    public ImmutableArray<string> ClassNames { get; }

    /// <inheritdoc/>
    public Normalization Normalization { get; }

    /// <summary>Where the images lie.</summary>
    public string Source => _layout.Folder;

    /// <summary>The first place that holds images with masks; null if none does.</summary>
    /// <param name="dataRoot">The user's data root; null takes <c>OCS_DATA</c>.</param>
    internal static string? Find(string? dataRoot) => Places(dataRoot).FirstOrDefault(MaskLayout.Fits);

    /// <summary>Every folder in which <see cref="Find"/> looks, in order.</summary>
    internal static IReadOnlyList<string> Places(string? dataRoot) =>
    [
        .. DatasetCatalog.Roots(dataRoot).SelectMany(
            root => (string[])[root, Path.Combine(root, DataName), Path.Combine(root, "CamVid")]),
    ];

    /// <summary>Lists a split; no image is read yet.</summary>
    /// <param name="dataRoot">
    /// The folder with the images and masks, or one that holds it as maskfolder or CamVid; null takes <c>OCS_DATA</c>.
    /// </param>
    /// <param name="split">Which part.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="augmentation">
    /// What happens to image and mask in training: a random window (its least area; its shape is the image's, up to 4
    /// to 3) and mirroring.
    /// </param>
    /// <exception cref="OcsInputException">
    /// The folder has another layout, an image has no mask, the classes are not known, or an option is out of range.
    /// </exception>
    public static MaskFolder Open(
        string? dataRoot, DatasetSplit split, MaskFolderOptions options, AugmentationOptions augmentation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(augmentation);
        List<string> problems = [.. options.Validate(), .. augmentation.Validate()];
        if (augmentation.CropPadding != 0)
        {
            problems.Add(
                $"`{nameof(augmentation.CropPadding)}` is for images of one size, "
                + $"{DataName} takes `{nameof(augmentation.MinCropArea)}`");
        }

        if (augmentation.NeedsClasses)
        {
            problems.Add(AugmentationOptions.NeedClasses);
        }

        if (problems.Count > 0)
        {
            throw new OcsInputException(string.Join("; ", problems));
        }

        var folder = Find(dataRoot) ?? throw new OcsInputException(
            $"No images with masks were found in {string.Join(", ", Places(dataRoot))}: give `{nameof(dataRoot)}` the "
            + $"folder that holds {MaskLayout.Known}.");
        var layout = MaskLayout.Read(folder, split, options.ValidationSplit);
        return new(
            layout, options, augmentation, ClassesOf(folder, layout, options), Normalization.ImageNet,
            [.. Enumerable.Range(0, layout.Pairs.Length)]);
    }

    /// <summary>The same images for a network that wants another normalization, of three channels.</summary>
    public MaskFolder With(Normalization normalization) =>
        new(_layout, _options, _augmentation, ClassNames, normalization, _chosen);

    /// <summary>
    /// A random choice of <paramref name="count"/> images (all, if there are fewer), in their present order.
    /// </summary>
    public MaskFolder Sample(int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count >= Count)
        {
            return this;
        }

        int[] order = [.. _chosen];
        Rng.ForStream(seed, "sample").Shuffle(order);
        return new(_layout, _options, _augmentation, ClassNames, Normalization, [.. order.Take(count).Order()]);
    }

    /// <summary>One image and its mask.</summary>
    /// <param name="index">Which, from 0 to N - 1.</param>
    /// <param name="seed">For augmentation; null if image and mask are only resized.</param>
    /// <exception cref="OcsInputException">A file cannot be read, or the mask does not fit.</exception>
    public override Sample Get(int index, ulong? seed)
    {
        var (image, mask) = _layout.Pairs[_chosen[index]];
        var reader = _readers.TryTake(out var free) ? free : new MaskReader(_options, Normalization, ClassTable());
        var pixels = Tensor.Empty([3, _options.Height, _options.Width]);
        try
        {
            var classes = new long[_options.Height * _options.Width];
            var random = seed is { } number ? new Rng(number) : null;
            reader.Read(image, mask, random is null ? null : _augmentation, random, pixels.AsSpan<float>(), classes);
            return new([pixels], [Tensor.FromArray(classes, [_options.Height, _options.Width])]);
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
        finally
        {
            _readers.Add(reader);
        }
    }

    private static ImmutableArray<string> ClassesOf(string folder, MaskLayout layout, MaskFolderOptions options)
    {
        var file = Path.Combine(folder, ClassesFile);
        var names = !options.ClassNames.IsEmpty ? options.ClassNames
            : File.Exists(file) ? Lines(file)
            : layout.IsCamVid ? CamVidClasses
            : [];
        return names.Length is >= 2 and <= 255 ? names : throw new OcsInputException(
            $"The masks of {folder} have {names.Length} named classes, but 2 to 255 are needed: name them in their "
            + $"order by `{nameof(options.ClassNames)}`, or a line each in {file}.");
    }

    private static ImmutableArray<string> Lines(string file) =>
        [.. File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0)];

    // The class of each value of a mask's pixels; int.MinValue where there is none.
    private int[] ClassTable()
    {
        var table = new int[256];
        Array.Fill(table, int.MinValue);
        for (var label = 0; label < ClassNames.Length; label++)
        {
            table[label] = label;
        }

        table[_options.IgnoredValue ?? 255] = Ignored;
        if (_options.IgnoredValue is null && _layout.IsCamVid && ClassNames.Length <= CamVidClasses.Length)
        {
            table[CamVidClasses.Length] = Ignored;
        }

        return table;
    }
}

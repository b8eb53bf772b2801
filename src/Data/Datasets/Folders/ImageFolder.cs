using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Ocs.Data;

/// <summary>
/// Colour images in files of any size, with a folder for each class (ImageNet, Tiny-ImageNet, your own), read while
/// training.
/// </summary>
public sealed class ImageFolder : LabelledImages
{
    /// <summary>The name of such data sets.</summary>
    internal const string DataName = "imagefolder";

    private readonly int[]? _chosen;

    private ImageFolder(
        ImageListing listing,
        ImageFolderOptions options,
        PackedImages? packed,
        BrokenImages broken,
        Normalization normalization,
        int[]? chosen)
        : base(
            DataName,
            chosen is null ? listing.Labels : [.. chosen.Select(i => listing.Labels[i])],
            listing.Classes,
            normalization) =>
        (Listing, Options, Packed, BrokenImages, _chosen) = (listing, options, packed, broken, chosen);

    /// <inheritdoc />
    public override int Channels => 3;

    /// <inheritdoc />
    public override int Height => Options.Size;

    /// <inheritdoc />
    public override int Width => Options.Size;

    /// <summary>How the images are read.</summary>
    public ImageFolderOptions Options { get; }

    /// <summary>The folder of the split, and whether a packed file is read instead of its images.</summary>
    internal string Source => Packed is not null ? $"{Listing.Folder} (packed)"
        : Options.Packed == PackedUse.IfThere && File.Exists(Listing.PackPath)
            ? $"{Listing.Folder} (which has changed since it was packed)"
            : Listing.Folder;

    /// <summary>Remarks on surprising things in the folder, a sentence each.</summary>
    public ImmutableArray<string> Remarks => Listing.Remarks;

    /// <summary>The images that could not be read so far, in the order of their paths.</summary>
    public ImmutableArray<BrokenImage> Broken => BrokenImages.Found;

    internal ImageListing Listing { get; }

    internal PackedImages? Packed { get; }

    internal BrokenImages BrokenImages { get; }

    internal override int Workers => Options.WorkerCount;

    /// <summary>
    /// The first data root that holds train, val or a folder of images for each class, itself or in a folder
    /// `imagefolder`; or null.
    /// </summary>
    /// <param name="dataRoot">The user's data root; null takes the environment variable <c>OCS_DATA</c>.</param>
    internal static string? Find(string? dataRoot) => Places(dataRoot).FirstOrDefault(
        folder => FolderLayout.TryFind(folder) is not null);

    /// <summary>Every folder in which <see cref="Find"/> looks, in order.</summary>
    internal static IReadOnlyList<string> Places(string? dataRoot) =>
        [.. DatasetCatalog.Roots(dataRoot).SelectMany(root => (string[])[root, Path.Combine(root, DataName)])];

    /// <summary>Lists a split; no image is read yet, but one may be packed first.</summary>
    /// <param name="dataRoot">The folder with train and val, or one that holds it; null takes <c>OCS_DATA</c>.</param>
    /// <param name="split">
    /// Training images are in train, the others in val, valid, validation or test, or they are a part of the training
    /// images.
    /// </param>
    /// <param name="options">How it is read.</param>
    /// <param name="logger">
    /// The application's log: gets each image that is left out when it is first met; null for none.
    /// </param>
    /// <param name="progress">Gets every image that is packed; null for none.</param>
    /// <param name="cancellationToken">Ends the packing after an image.</param>
    /// <exception cref="OcsInputException">The folder has another layout, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">
    /// It was cancelled while images were packed; an older packed file is as it was.
    /// </exception>
    public static ImageFolder Open(
        string? dataRoot, DatasetSplit split, ImageFolderOptions options, ILogger? logger = null,
        IProgress<DataProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var listing = List(dataRoot, split, options);
        var packed = options.Packed switch
        {
            PackedUse.Never => null,
            PackedUse.Build => PackedImages.OpenOrWrite(listing, options, logger, progress, cancellationToken),
            _ => PackedImages.TryOpen(listing),
        };
        return new(listing, options, packed, new(options.SkipBroken, logger), Normalization.ImageNet, chosen: null);
    }

    /// <summary>Writes the packed file of a split beside its folder, unless there is one that fits.</summary>
    /// <param name="dataRoot">The folder with train and val, or one that holds it; null takes <c>OCS_DATA</c>.</param>
    /// <param name="split">Which images are packed.</param>
    /// <param name="options">How they are read.</param>
    /// <param name="logger">The application's log; null for none.</param>
    /// <param name="progress">Gets every image; null for none.</param>
    /// <param name="cancellationToken">Ends it after an image.</param>
    /// <exception cref="OcsInputException">An image is too large, or broken and not to be skipped.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; an older file is as it was.</exception>
    public static PackReport Pack(
        string? dataRoot, DatasetSplit split, ImageFolderOptions options, ILogger? logger = null,
        IProgress<DataProgress>? progress = null, CancellationToken cancellationToken = default) =>
        PackWriter.WriteUnlessFresh(
            List(dataRoot, split, options), options, logger, progress, cancellationToken);

    /// <summary>Decodes every image of both splits.</summary>
    /// <param name="root">What <see cref="Find"/> gave.</param>
    /// <param name="options">How images are read.</param>
    /// <param name="progress">
    /// Gets every image, one at a time, on the threads that decode; null for none.
    /// </param>
    /// <param name="cancellationToken">Ends it after the images that are being read.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static FolderReport Check(
        string root, ImageFolderOptions options, IProgress<DataProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        FolderCheck.Run(root, options, progress, cancellationToken);

    /// <inheritdoc />
    public override ImageFolder With(Normalization normalization) =>
        new(Listing, Options, Packed, BrokenImages, normalization, _chosen);

    /// <inheritdoc />
    public override ImageFolder Sample(int count, ulong seed) => Choose(count, seed) is { } chosen
        ? new(Listing, Options, Packed, BrokenImages, Normalization, Array.ConvertAll(chosen, Position))
        : this;

    internal override string? Problem(AugmentationOptions options) => options.CropPadding == 0
        ? null
        : $"`{nameof(options.CropPadding)}` is for images of one size, "
            + $"{DataName} takes `{nameof(options.MinCropArea)}`";

    private protected override IImageWriter CreateWriter(AugmentationOptions options) =>
        new ImageFolderWriter(this, options);

    /// <summary>Which image of the listing one of this set is.</summary>
    internal int Position(int index) => _chosen is null ? index : _chosen[index];

    private static ImageListing List(string? dataRoot, DatasetSplit split, ImageFolderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } problems)
        {
            throw new OcsInputException(string.Join("; ", problems));
        }

        var root = Find(dataRoot) ?? throw new OcsInputException(
            $"No folder train or val, and no folders of images, were found in {string.Join(", ", Places(dataRoot))}: "
            + $"give `{nameof(dataRoot)}` the folder that holds train/CLASS and val/CLASS, "
            + "or a folder of images for each class");
        return ImageListing.Read(root, split, options.ValidationSplit);
    }
}

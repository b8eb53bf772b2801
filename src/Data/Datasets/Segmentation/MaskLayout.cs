using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>The images and the masks of a split, by their files.</summary>
/// <param name="Folder">Where the images lie.</param>
/// <param name="Pairs">The files of an image and of its mask, in ordinal order of the images.</param>
/// <param name="IsCamVid">Whether they lie as those of CamVid (trainannot beside train).</param>
internal sealed record MaskLayout(string Folder, ImmutableArray<(string Image, string Mask)> Pairs, bool IsCamVid)
{
    /// <summary>What is looked for, in a sentence.</summary>
    public const string Known =
        "train/images and train/masks, train and trainannot, images/train and masks/train (and val or test like it), "
        + "or images and masks";

    private const ulong Seed = 0;

    private static readonly string[] TrainFolders = ["train", "training"];
    private static readonly string[] TestFolders = ["val", "valid", "validation", "test"];
    private static readonly string[] MaskFolders = ["masks", "labels", "annotations"];

    /// <summary>Whether a folder has images and masks in a way that is known.</summary>
    public static bool Fits(string root) => Find(root, DatasetSplit.Train) is not null
        || Find(root, DatasetSplit.Test) is not null || Unsplit(root) is not null;

    /// <summary>The pairs of a split.</summary>
    /// <exception cref="OcsInputException">There are none, or an image has no mask.</exception>
    public static MaskLayout Read(string root, DatasetSplit split, double validation)
    {
        var isSplit = Find(root, DatasetSplit.Train) is not null || Find(root, DatasetSplit.Test) is not null;
        var (images, masks, isCamVid) = (isSplit ? Find(root, split) : Unsplit(root)) ?? throw new OcsInputException(
            $"{root} holds no images with masks for {(split == DatasetSplit.Train ? "training" : "validation")}: "
            + $"put them into {Known}.");
        var walk = new FolderWalk();
        var byName = walk.Images(masks).ToLookup(file => NameOf(masks, file), StringComparer.Ordinal);
        var pairs = walk.Images(images).ConvertAll(image => (image, MaskOf(image)));
        if (!isSplit)
        {
            var measured = Measured(pairs.Count, validation, index => NameOf(images, pairs[index].image));
            pairs = [.. pairs.Where((_, index) => measured.Contains(index) == (split == DatasetSplit.Test))];
        }

        return pairs.Count > 0
            ? new(images, [.. pairs], isCamVid)
            : throw new OcsInputException($"{images} holds no images ({ImageNames.Shown}): put some there.");

        string MaskOf(string image) => byName[NameOf(images, image)].FirstOrDefault()
            ?? throw new OcsInputException(
                $"{image} has no mask: put a picture of its name into {masks}, or remove the image.");
    }

    // Without its ending: a photograph is a JPEG, a mask is not.
    private static string NameOf(string folder, string file) =>
        Path.ChangeExtension(Path.GetRelativePath(folder, file), null);

    private static (string Images, string Masks, bool IsCamVid)? Find(string root, DatasetSplit split)
    {
        foreach (var name in split == DatasetSplit.Train ? TrainFolders : TestFolders)
        {
            var folder = Path.Combine(root, name);
            if (Directory.Exists($"{folder}annot") && Directory.Exists(folder))
            {
                return (folder, $"{folder}annot", true);
            }

            foreach (var masks in MaskFolders)
            {
                if (Both(Path.Combine(folder, "images"), Path.Combine(folder, masks)) is { } within)
                {
                    return within;
                }

                if (Both(Path.Combine(root, "images", name), Path.Combine(root, masks, name)) is { } beside)
                {
                    return beside;
                }
            }
        }

        return null;
    }

    private static (string Images, string Masks, bool IsCamVid)? Unsplit(string root) => MaskFolders
        .Select(masks => Both(Path.Combine(root, "images"), Path.Combine(root, masks)))
        .FirstOrDefault(found => found is not null);

    private static (string Images, string Masks, bool IsCamVid)? Both(string images, string masks) =>
        Directory.Exists(images) && Directory.Exists(masks) ? (images, masks, false) : null;

    // They depend on the fraction and the names alone, so every run and every evaluation has the same.
    private static HashSet<int> Measured(int count, double fraction, Func<int, string> name) =>
    [
        .. Enumerable.Range(0, count)
            .OrderBy(index => Rng.ForStream(Seed, name(index)).NextUInt64())
            .ThenBy(name, StringComparer.Ordinal)
            .Take(Math.Clamp((int)Math.Round(fraction * count), Math.Min(1, count - 1), Math.Max(1, count - 1))),
    ];
}

using System.Collections.Immutable;
using Ocs.Cli.Runs;
using Ocs.Data;

namespace Ocs.Cli.Starting;

/// <summary>The data that a word means: a data set by its name, or a folder or file.</summary>
/// <param name="Name">The value of the key data.</param>
/// <param name="Root">The value of --data-root; null if not needed.</param>
/// <param name="What">A short description.</param>
/// <param name="Settings">Configuration keys for the places of its parts.</param>
internal sealed record FoundData(
    string Name, string? Root, string What, ImmutableArray<(string Key, string Value)> Settings)
{
    private const string Known =
        "a folder of pictures for each class, pictures with masks (folders images and masks), boxes as COCO, VOC or "
        + "YOLO write them, or texts that end in .txt";

    /// <summary>Recognizes the data that a word means.</summary>
    /// <exception cref="OcsInputException">It is neither the name of a data set nor data in a known format.</exception>
    public static FoundData Of(string word)
    {
        if (TrainingDataSource.Names.Contains(word))
        {
            return new(word, null, word, []);
        }

        if (File.Exists(word))
        {
            return word.EndsWith(".txt", StringComparison.OrdinalIgnoreCase)
                ? Text(word)
                : throw new OcsInputException(
                    $"{word} is a file, but not a text (.txt); give a folder with {Known}.");
        }

        if (!Directory.Exists(word))
        {
            throw new OcsInputException(
                $"{word} is neither a data set nor a folder"
                + $"{NearestName.Question(word, TrainingDataSource.Names)} `ocs data list` lists the data sets.");
        }

        // Boxes come before masks: both may be in folders named labels or annotations. Classes come last.
        return Catalogued(word) ?? Coco(word) ?? Voc(word) ?? Yolo(word) ?? Masks(word) ?? Classes(word)
            ?? (Any(word, "*.txt") ? Text(word) : null)
            ?? throw new OcsInputException($"{word} has no known kind of data; put {Known} there.");
    }

    // A data set of the catalog in this folder, and not elsewhere.
    private static FoundData? Catalogued(string folder)
    {
        var whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + "/";
        foreach (var name in DatasetCatalog.Names)
        {
            if (DatasetCatalog.Locate(name, folder) is { } location
                && $"{Path.GetFullPath(location.Path)}/".StartsWith(whole, StringComparison.Ordinal))
            {
                return new(name, folder, name, []);
            }
        }

        return null;
    }

    private static FoundData? Coco(string folder)
    {
        if (File.Exists(Path.Combine(folder, "annotations", "instances_train2017.json")))
        {
            return new("coco", folder, "boxes of COCO", []);
        }

        var file = new[] { "annotations", "." }
            .SelectMany(place => Files(Path.Combine(folder, place), "*.json"))
            .OrderByDescending(path => Path.GetFileName(path).Contains("train", StringComparison.OrdinalIgnoreCase))
            .FirstOrDefault();
        if (file is null || Pictures(folder, "train2017", "images/train", "train", "images", ".") is not { } images)
        {
            return null;
        }

        var annotations = Path.GetRelativePath(folder, file);
        return new(
            "coco", folder, "boxes of COCO",
            [("boxes.train-images", images), ("boxes.train-annotations", annotations)]);
    }

    private static FoundData? Voc(string folder)
    {
        var boxes = new[] { "Annotations", "annotations" }.FirstOrDefault(
            name => Any(Path.Combine(folder, name), "*.xml"));
        if (boxes is null || Pictures(folder, "JPEGImages", "images") is not { } images)
        {
            return null;
        }

        return new(
            "voc", folder, "boxes of VOC",
            boxes == "Annotations" && images == "JPEGImages"
                ? []
                : [("boxes.train-images", images), ("boxes.train-annotations", boxes)]);
    }

    private static FoundData? Yolo(string folder)
    {
        if (Any(Path.Combine(folder, "labels", "train"), "*.txt"))
        {
            return new("yolo", folder, "boxes of YOLO", []);
        }

        return Any(Path.Combine(folder, "labels"), "*.txt") && Pictures(folder, "images") is { } images
            ? new(
                "yolo", folder, "boxes of YOLO",
                [("boxes.train-images", images), ("boxes.train-annotations", "labels")])
            : null;
    }

    private static FoundData? Masks(string folder) =>
        MaskLayout.Fits(folder) ? new(MaskFolder.DataName, folder, "pictures with masks", []) : null;

    private static FoundData? Classes(string folder) =>
        FolderLayout.TryFind(folder) is not null
            ? new(ImageFolder.DataName, folder, "pictures with a folder for each class", [])
            : null;

    private static FoundData Text(string path)
    {
        var whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var root = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path));
        return new(
            TrainingDataSource.TextName, string.IsNullOrEmpty(root) ? "." : root, "a text",
            [("text.file", Path.GetFileName(whole))]);
    }

    private static string? Pictures(string folder, params string[] places) => places.FirstOrDefault(
        place => Path.Combine(folder, place) is var path && Directory.Exists(path) && FolderWalk.HasImages(path));

    private static bool Any(string folder, string pattern) => Files(folder, pattern).Any();

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal)
            : [];
}

using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>The data sets known by name: where they are looked for, whether they are whole, and opening them.</summary>
public static class DatasetCatalog
{
    private static readonly ImmutableArray<DatasetSource> Sources =
        [new FashionMnist(), Cifar.Ten, Cifar.Hundred];

    /// <summary>The names of all data sets of the catalog.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Sources.Select(source => source.Name)];

    /// <summary>Every folder in which a data set is looked for, in order.</summary>
    /// <param name="name">A name of <see cref="Names"/>.</param>
    /// <param name="root">The user's data root; null takes the environment variable <c>OCS_DATA</c>.</param>
    internal static IReadOnlyList<string> Places(string name, string? root = null) => Places(Find(name), root);

    /// <summary>The first place that holds the data set, or null.</summary>
    internal static DatasetLocation? Locate(string name, string? root = null) => Locate(Find(name), root);

    /// <summary>Reads one split into memory.</summary>
    /// <exception cref="OcsInputException">The set is nowhere, or a file of it is damaged.</exception>
    public static ImageDataset Open(string name, DatasetSplit split, string? root = null) =>
        Open(Find(name), split, root);

    /// <summary>Reads both splits and counts: every image there, every class as frequent as the others.</summary>
    internal static DatasetCheck Check(string name, string? root = null) => Check(Find(name), root);

    /// <summary>What training usually does to the images of a data set.</summary>
    public static AugmentationOptions TrainAugmentation(string name) => Find(name).TrainAugmentation;

    internal static ImageDataset Open(DatasetSource source, DatasetSplit split, string? root)
    {
        var location = Locate(source, root) ?? throw new OcsInputException(Missing(source, root));
        return source.Read(location, split);
    }

    internal static DatasetCheck Check(DatasetSource source, string? root)
    {
        DatasetLocation? location = null;
        var train = 0;
        try
        {
            location = Locate(source, root);
            if (location is null)
            {
                return new(source.Name, null, 0, 0, Missing(source, root));
            }

            var images = source.Read(location, DatasetSplit.Train);
            train = images.Count;
            var problem = Count(source, location, images, DatasetSplit.Train);
            images = source.Read(location, DatasetSplit.Test);
            problem ??= Count(source, location, images, DatasetSplit.Test);
            return new(source.Name, location, train, images.Count, problem);
        }
        catch (OcsInputException error)
        {
            return new(source.Name, location, train, 0, error.Message);
        }
    }

    private static string? Count(
        DatasetSource source, DatasetLocation location, ImageDataset images, DatasetSplit split)
    {
        if (images.Count != source.Samples(split))
        {
            return $"{location.Path} holds {images.Count} images of the {split} split " +
                $"where {source.Samples(split)} belong: {source.Advice}";
        }

        var counts = new int[images.ClassNames.Length];
        foreach (var label in images.Labels)
        {
            counts[label]++;
        }

        var expected = images.Count / counts.Length;
        var odd = Array.FindIndex(counts, count => count != expected);
        return odd < 0
            ? null
            : $"{location.Path} holds {counts[odd]} {split} images of class {images.ClassNames[odd]} " +
                $"where {expected} belong: {source.Advice}";
    }

    private static DatasetSource Find(string name) =>
        Sources.FirstOrDefault(source => source.Name == name)
        ?? throw new OcsInputException($"there is no data set {name}: choose one of {string.Join(", ", Names)}");

    private static DatasetLocation? Locate(DatasetSource source, string? root) =>
        Places(source, root).Select(source.Recognize).FirstOrDefault(location => location is not null);

    private static string Missing(DatasetSource source, string? root) =>
        $"{source.Name} was not found in {string.Join(", ", Roots(root))} " +
        $"(nor in a folder {string.Join(" or ", source.SubFolders)} there)" +
        $"{string.Concat(source.SystemFolders.Select(folder => $", nor in {folder}"))}: {source.Advice}";

    private static List<string> Places(DatasetSource source, string? root) =>
    [
        .. Roots(root).SelectMany(folder => source.SubFolders.Select(sub => Path.Combine(folder, sub)).Prepend(folder)),
        .. source.SystemFolders,
    ];

    /// <summary>The folders in which every data set is looked for, in order.</summary>
    internal static List<string> Roots(string? root)
    {
        root = string.IsNullOrEmpty(root) ? Environment.GetEnvironmentVariable("OCS_DATA") : root;
        List<string> roots = [];
        if (!string.IsNullOrEmpty(root))
        {
            if (!Directory.Exists(root))
            {
                throw new OcsInputException(
                    $"the data root {root} is not a folder: "
                    + $"give `{nameof(root)}` or OCS_DATA the folder that holds the data sets");
            }

            roots.Add(Path.GetFullPath(root));
        }

        roots.Add(Path.GetFullPath("data"));
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (home.Length > 0)
        {
            roots.Add(Path.Combine(home, ".cache", "ocs", "data"));
        }

        return roots;
    }
}

namespace Ocs.Data;

/// <summary>Where the images of a data set's splits lie.</summary>
/// <param name="Root">The folder that was given.</param>
/// <param name="Train">Its folder train, or itself where it holds the classes; null if there is neither.</param>
/// <param name="Test">Its folder val, valid, validation or test; null if there is none.</param>
internal sealed record FolderLayout(string Root, string? Train, string? Test)
{
    private static readonly string[] TestFolders = ["val", "valid", "validation", "test"];

    /// <summary>The layout of a folder; null if it has none that is known.</summary>
    public static FolderLayout? TryFind(string root)
    {
        var train = Path.Combine(root, "train");
        var test = TestFolders.Select(name => Path.Combine(root, name)).FirstOrDefault(Directory.Exists);
        return Directory.Exists(train) ? new(root, train, test)
            : test is not null ? new(root, null, test)
            : HoldsClasses(root) ? new(root, root, null)
            : null;
    }

    /// <summary>The layout of a folder that has one.</summary>
    public static FolderLayout Find(string root) => TryFind(root) ?? throw new OcsInputException(
        $"{root} holds neither train/CLASS and val/CLASS nor a folder of images for each class: put them there");

    /// <summary>Whether images of a split lie apart from those of the other.</summary>
    public bool Has(DatasetSplit split) => (split == DatasetSplit.Train ? Train : Test) is not null;

    /// <summary>The packed file of a split.</summary>
    public string PackOf(DatasetSplit split) => (split, Test) switch
    {
        (DatasetSplit.Train, _) => Path.Combine(Root, "train.ocspack"),
        (_, { } test) => $"{test}.ocspack",
        _ => Path.Combine(Root, "val.ocspack"),
    };

    // Folders of other data sets may lie side by side, too, but no images are in them without a folder between.
    private static bool HoldsClasses(string root)
    {
        try
        {
            return Directory.Exists(root)
                && new FolderWalk()
                    .Folders(root)
                    .Count(name => FolderWalk.HasImages(Path.Combine(root, name), deep: false)) > 1;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

using System.Collections.Immutable;
using System.Globalization;

namespace Ocs.Data;

/// <summary>Lists the images of one split of a folder.</summary>
internal sealed class ListingReader(FolderLayout layout, DatasetSplit split, double? validationSplit)
{
    private const double UsualSplit = 0.1;
    private const int NamesShown = 3;

    private readonly FolderWalk _walk = new();
    private readonly List<string> _remarks = [];

    public ImageListing Read()
    {
        if (split == DatasetSplit.Test && layout.Test is not null && validationSplit is not null)
        {
            throw new OcsInputException(
                $"{layout.Test} holds the images that accuracy is measured on, "
                + "so `ImageFolderOptions.ValidationSplit` has no use: leave it out");
        }

        var folder = FolderToRead();
        ImmutableArray<string> classes;
        List<(string File, int Label)> images;
        var annotations = Path.Combine(folder, "val_annotations.txt");
        if (split == DatasetSplit.Test && File.Exists(annotations) && Directory.Exists(Path.Combine(folder, "images")))
        {
            classes = layout.Train is null ? ImageAnnotations.Classes(annotations) : TrainClasses();
            images = ImageAnnotations.Read(annotations, classes);
        }
        else
        {
            classes = layout.Train is null ? AllFolders(folder) : TrainClasses();
            images = ImagesOf(folder, classes);
            images = layout.Test is null ? Divided(folder, images) : images;
        }

        RemarkOnPassedOver(folder);
        RemarkOnLackingClasses(folder, classes, images);
        return new(
            folder,
            layout.PackOf(split),
            classes,
            [.. images.Select(image => image.File)],
            [.. images.Select(image => image.Label)])
        {
            PassedOver = [.. _walk.PassedOver.Distinct()],
            Remarks = [.. _remarks],
        };
    }

    private string FolderToRead() => (split, layout) switch
    {
        (DatasetSplit.Train, { Train: null }) => throw new OcsInputException(
            $"{layout.Root} has no folder train: images belong into train/CLASS and val/CLASS there"),
        (DatasetSplit.Train, { Train: { } train }) => train,
        (_, { Test: { } test }) => test,
        (_, { Train: var train }) => train!,
    };

    private ImmutableArray<string> AllFolders(string folder)
    {
        ImmutableArray<string> names = [.. _walk.Folders(folder)];
        return names.Length > 0
            ? names
            : throw new OcsInputException($"{folder} has no folders: it needs one for each class, with its images");
    }

    // Empty folders of training images are no classes: a network has no output for what it never sees.
    private ImmutableArray<string> TrainClasses()
    {
        var folder = layout.Train!;
        var names = AllFolders(folder);
        ImmutableArray<string> classes = [.. names.Where(name => FolderWalk.HasImages(Path.Combine(folder, name)))];
        if (classes.IsEmpty)
        {
            throw new OcsInputException(
                $"{folder} holds no images in its folders: put {ImageNames.Shown} files into CLASS/ there");
        }

        if (split == DatasetSplit.Train && classes.Length < names.Length)
        {
            _remarks.Add(
                $"{folder} has folders without images, which are no classes: "
                + $"{FirstOf(names.Except(classes, StringComparer.Ordinal))}.");
        }

        return classes;
    }

    private List<(string File, int Label)> ImagesOf(string folder, ImmutableArray<string> classes)
    {
        List<(string File, int Label)> images = [];
        foreach (var name in _walk.Folders(folder))
        {
            var path = Path.Combine(folder, name);
            var files = _walk.Images(path);
            var label = classes.BinarySearch(name, StringComparer.Ordinal);
            if (label < 0 && files.Count > 0)
            {
                throw new OcsInputException(
                    $"{path} is a class that the training images do not have: "
                    + "remove the folder, rename it, or put images into its folder in train");
            }

            images.AddRange(files.Select(file => (Path.GetRelativePath(folder, file), label)));
        }

        return images.Count > 0
            ? images
            : throw new OcsInputException(
                $"{folder} holds no images in folders of the classes: put {ImageNames.Shown} files into CLASS/ there");
    }

    private List<(string File, int Label)> Divided(string folder, List<(string File, int Label)> images)
    {
        var fraction = validationSplit ?? UsualSplit;
        if (fraction == 0)
        {
            return split == DatasetSplit.Train
                ? images
                : throw new OcsInputException(
                    $"{layout.Root} has no folder val, valid, validation or test, "
                    + $"and `{nameof(ValidationSplit)}` is 0: "
                    + "put images to measure accuracy on into val/CLASS, or choose a split above 0");
        }

        var chosen = ValidationSplit.Of(images, fraction, split);
        if (chosen.Count == 0)
        {
            throw new OcsInputException(
                $"{folder} has one image of each class, so none is left to measure accuracy on: add images");
        }

        if (split == DatasetSplit.Test)
        {
            _remarks.Add(
                $"{layout.Root} has no folder val: "
                + $"{Count(chosen.Count)} of the {Count(images.Count)} images of {folder}, "
                + string.Create(
                    CultureInfo.InvariantCulture, $"{100 * fraction:0.##} % of each class, are not trained on, ")
                + "and accuracy is measured on them "
                + "(`ImageFolderOptions.ValidationSplit`).");
        }

        return chosen;
    }

    private void RemarkOnPassedOver(string folder)
    {
        List<PassedOver> passed = [.. _walk.PassedOver.Distinct()];
        if (passed.Count > 0 && (split == DatasetSplit.Train || layout.Test is not null))
        {
            var which = string.Join("; ", passed.Take(NamesShown).Select(file => $"{file.Path}: {file.Reason}"));
            _remarks.Add(
                $"{Count(passed.Count)} {(passed.Count == 1 ? "picture" : "pictures")} in {folder} "
                + $"{(passed.Count == 1 ? "was" : "were")} passed over; "
                + $"the names of pictures end in {ImageNames.Shown} "
                + $"({which}{(passed.Count > NamesShown ? "; ..." : "")}).");
        }
    }

    private void RemarkOnLackingClasses(
        string folder, ImmutableArray<string> classes, List<(string File, int Label)> images)
    {
        HashSet<int> present = [.. images.Select(image => image.Label)];
        if (split == DatasetSplit.Test && layout.Train is not null && present.Count < classes.Length)
        {
            _remarks.Add(
                $"Accuracy is measured on {Count(present.Count)} of the {Count(classes.Length)} classes: "
                + $"{folder} has no images "
                + $"to measure {FirstOf(classes.Where((_, label) => !present.Contains(label)))} on.");
        }
    }

    private static string FirstOf(IEnumerable<string> names)
    {
        List<string> all = [.. names];
        var shown = string.Join(", ", all.Take(NamesShown));
        return all.Count > NamesShown ? $"{shown} and {Count(all.Count - NamesShown)} more" : shown;
    }

    private static string Count(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

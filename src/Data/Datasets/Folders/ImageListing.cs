using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Ocs.Torch;

namespace Ocs.Data;

/// <summary>The image files of a split, with their classes, in the order of class and path.</summary>
/// <param name="Folder">The split's folder.</param>
/// <param name="Classes">Names of the classes' folders in ordinal order.</param>
/// <param name="Files">Paths within the folder.</param>
/// <param name="Labels">A class each.</param>
internal sealed record ImageListing(
    string Folder, ImmutableArray<string> Classes, ImmutableArray<string> Files, ImmutableArray<int> Labels)
{
    private static readonly string[] Endings = [".jpg", ".jpeg", ".png"];
    private static readonly string[] TestFolders = ["val", "valid", "test"];

    /// <summary>The folder of a split, or null if there is none.</summary>
    public static string? FolderOf(string root, DatasetSplit split) =>
        (split == DatasetSplit.Train ? ["train"] : TestFolders)
        .Select(name => Path.Combine(root, name))
        .FirstOrDefault(Directory.Exists);

    /// <summary>Lists a split: FOLDER/CLASS/**, or Tiny-ImageNet's val/images with val_annotations.txt.</summary>
    /// <exception cref="OcsInputException">The layout is another.</exception>
    public static ImageListing Read(string root, DatasetSplit split)
    {
        string folder = FolderOf(root, split) ?? throw new OcsInputException(
            $"{root} has no folder {(split == DatasetSplit.Train ? "train" : string.Join(", ", TestFolders))}: "
            + "images belong into train/CLASS and val/CLASS there");
        try
        {
            string annotations = Path.Combine(folder, "val_annotations.txt");
            bool isAnnotated = File.Exists(annotations) && Directory.Exists(Path.Combine(folder, "images"));
            ImmutableArray<string> classes = FolderOf(root, DatasetSplit.Train) is { } train ? ClassesOf(train)
                : isAnnotated ? ImageAnnotations.Classes(annotations)
                : ClassesOf(folder);
            List<(string File, int Label)> images =
                isAnnotated ? ImageAnnotations.Read(annotations, classes) : Walk(folder, classes, split);
            ImmutableArray<string> files = [.. images.Select(image => image.File)];
            return new(folder, classes, files, [.. images.Select(image => image.Label)]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OcsInputException($"{folder} cannot be read ({error.Message})", error);
        }
    }

    /// <summary>A digest that changes with the list, and with the length or date of any file.</summary>
    public byte[] Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[20];
        for (int i = 0; i < Files.Length; i++)
        {
            FileInfo file = new(Path.Combine(Folder, Files[i]));
            BinaryPrimitives.WriteInt32LittleEndian(numbers, Labels[i]);
            BinaryPrimitives.WriteInt64LittleEndian(numbers[4..], file.Exists ? file.Length : -1);
            BinaryPrimitives.WriteInt64LittleEndian(numbers[12..], file.Exists ? file.LastWriteTimeUtc.Ticks : 0);
            hash.AppendData(numbers);
            hash.AppendData(Encoding.UTF8.GetBytes(Files[i]));
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Whether a name is that of an image.</summary>
    internal static bool IsImage(string file) =>
        Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);

    private static ImmutableArray<string> ClassesOf(string folder)
    {
        ImmutableArray<string> classes = [.. FoldersIn(folder).Order(StringComparer.Ordinal)];
        return classes.Length > 0
            ? classes
            : throw new OcsInputException($"{folder} has no folders: it needs one for each class, with its images");
    }

    private static IEnumerable<string> FoldersIn(string folder) =>
        Directory.EnumerateDirectories(folder)
            .Select(path => Path.GetFileName(path))
            .Where(name => !name.StartsWith('.'));

    private static List<(string File, int Label)> Walk(
        string folder, ImmutableArray<string> classes, DatasetSplit split)
    {
        EnumerationOptions everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        List<(string File, int Label)> images = [];
        foreach (string name in FoldersIn(folder).Order(StringComparer.Ordinal))
        {
            int label = classes.BinarySearch(name, StringComparer.Ordinal);
            string path = Path.Combine(folder, name);
            if (label < 0)
            {
                throw new OcsInputException(
                    $"{path} is a class that the training images do not have: remove the folder or rename it");
            }

            List<string> files = [.. Directory.EnumerateFiles(path, "*", everything).Where(IsImage)];
            if (files.Count == 0 && split == DatasetSplit.Train)
            {
                throw new OcsInputException(
                    $"{path} holds no .jpg, .jpeg or .png file: add images or remove the folder");
            }

            files.Sort(StringComparer.Ordinal);
            images.AddRange(files.Select(file => (Path.GetRelativePath(folder, file), label)));
        }

        return images.Count > 0
            ? images
            : throw new OcsInputException(
                $"{folder} holds no images in folders of the classes: put them into CLASS/*.jpg");
    }
}

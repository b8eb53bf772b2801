using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>Tiny-ImageNet's val_annotations.txt: a line an image, its file, a tab, its class, and a box.</summary>
internal static class ImageAnnotations
{
    private const long LongestFile = 1 << 28;

    /// <summary>The classes that occur, in ordinal order.</summary>
    public static ImmutableArray<string> Classes(string path) =>
        [.. Lines(path).Select(line => line.Class).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Files, as paths from the folder of the annotations, with their labels, in the order of both.</summary>
    public static List<(string File, int Label)> Read(string path, ImmutableArray<string> classes)
    {
        List<(string File, int Label)> images = [];
        foreach (var (file, name) in Lines(path))
        {
            var label = classes.BinarySearch(name, StringComparer.Ordinal);
            images.Add(label >= 0
                ? (Path.Combine("images", file), label)
                : throw new OcsInputException(
                    $"{path} puts {file} into class {name}, which the training images do not have: "
                    + "correct the line or remove it"));
        }

        images.Sort((a, b) => a.Label != b.Label ? a.Label.CompareTo(b.Label) : string.CompareOrdinal(a.File, b.File));
        return images.Count > 0 ? images : throw new OcsInputException($"{path} names no images");
    }

    private static IEnumerable<(string File, string Class)> Lines(string path)
    {
        if (InputFile.Target(path).Length == 0)
        {
            yield break;
        }

        InputFile.RequireLength(path, LongestFile);
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            var words = line.Split('\t');
            if (words is not [var file, { Length: > 0 }, ..]
                || !ImageNames.IsImage(file)
                || file.AsSpan().ContainsAny('/', '\0'))
            {
                throw new OcsInputException(
                    $"line {number} of {path} does not start with an image's file, a tab and its class");
            }

            yield return (file, words[1]);
        }
    }
}

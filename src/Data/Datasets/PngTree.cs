using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>A split as CLASS/*.png, in the order of label and file name.</summary>
internal static class PngTree
{
    // A 32x32 PNG of noise has 3.2 kB; metadata may add to it.
    private const int LongestFile = 1 << 20;

    public static (byte[] Images, int[] Labels) Read(
        string folder, ImmutableArray<string> classes, int side, int most, string advice)
    {
        var files = List(folder, classes, advice);
        if (files.Count == 0 || files.Count > most)
        {
            throw new OcsInputException($"{folder} holds {files.Count} PNG files where {most} are expected: {advice}");
        }

        var length = 3 * side * side;
        var images = new byte[files.Count * length];
        for (var i = 0; i < files.Count; i++)
        {
            Decode(files[i].Path, images.AsSpan(i * length, length), side);
        }

        return (images, [.. files.Select(file => file.Label)]);
    }

    private static List<(string Path, int Label)> List(
        string folder, ImmutableArray<string> classes, string advice)
    {
        List<(string Path, int Label)> files = [];
        try
        {
            foreach (var path in Directory.EnumerateDirectories(folder))
            {
                var name = Path.GetFileName(path);
                var label = classes.IndexOf(name);
                if (label < 0)
                {
                    throw new OcsInputException(
                        $"{path} is not one of the {classes.Length} classes: remove the folder or rename it");
                }

                files.AddRange(Directory.EnumerateFiles(path, "*.png").Select(file => (file, label)));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OcsInputException($"{folder} cannot be read ({error.Message}): {advice}", error);
        }

        files.Sort((a, b) => a.Label != b.Label ? a.Label.CompareTo(b.Label) : string.CompareOrdinal(a.Path, b.Path));
        return files;
    }

    private static void Decode(string path, Span<byte> image, int side)
    {
        try
        {
            Png.DecodeRgb(InputFile.ReadAllBytes(path, LongestFile), image, side, side);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new OcsInputException(
                $"{path} is not a {side}x{side} PNG image ({error.Message}): replace or remove the file", error);
        }
    }
}

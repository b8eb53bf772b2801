using System.Collections.Immutable;
using System.Globalization;

namespace Ocs.Data;

/// <summary>Reads folders of YOLO's text files: `class x y width height`, centres and sizes as shares.</summary>
internal static class YoloAnnotations
{
    private const string Names = "classes.txt";
    private const int Fields = 5;

    public static DetectionAnnotations Read(
        string imageFolder, string labelFolder, ImmutableArray<string>? classNames)
    {
        try
        {
            var names = classNames ?? NamesIn(labelFolder);
            var remarks = new AnnotationRemarks(labelFolder);
            var images = new FolderWalk().Images(imageFolder)
                .Select(path => Path.GetRelativePath(imageFolder, path))
                .Select(file => new AnnotatedImage(
                    file.Replace(Path.DirectorySeparatorChar, '/'),
                    Objects(Path.Combine(labelFolder, Path.ChangeExtension(file, ".txt")), names, remarks)))
                .ToList();
            return DetectionAnnotations.Of(imageFolder, imageFolder, names, images, remarks);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OcsInputException(
                $"{imageFolder} or {labelFolder} cannot be read ({error.Message.TrimEnd('.')}): give the folder of "
                + "the images, and that of their text files.",
                error);
        }
    }

    private static ImmutableArray<string> NamesIn(string labelFolder)
    {
        var file = Path.Combine(labelFolder, Names);
        return File.Exists(file)
            ? [.. File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0)]
            : throw new OcsInputException(
                $"There is no {file} that names the classes; write it, a name a line, or give `classNames`.");
    }

    private static ImmutableArray<AnnotatedObject> Objects(
        string file, ImmutableArray<string> names, AnnotationRemarks remarks)
    {
        if (!File.Exists(file))
        {
            return [];
        }

        var objects = ImmutableArray.CreateBuilder<AnnotatedObject>();
        foreach (var (number, line) in File.ReadLines(file).Index())
        {
            var parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0)
            {
                continue;
            }

            var numbers = parts.Select(part => double.TryParse(
                part, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN).ToArray();
            if (numbers.Length != Fields || numbers.Any(double.IsNaN) || numbers[0] % 1 != 0)
            {
                throw new OcsInputException(
                    $"Line {number + 1} of {file} is '{line}', but a line is `class x y width height`, five numbers; "
                    + "correct it.");
            }

            if (numbers[0] < 0 || numbers[0] >= names.Length)
            {
                throw new OcsInputException(
                    $"Line {number + 1} of {file} has class {numbers[0]}, but there are {names.Length} classes, from "
                    + $"0 to {names.Length - 1}; add the class, or correct the line.");
            }

            var corner = (X: numbers[1] - (numbers[3] / 2), Y: numbers[2] - (numbers[4] / 2));
            var box = BoundingBox.FromSize(corner.X, corner.Y, numbers[3], numbers[4]);
            if (remarks.Clip(box, $"line {number + 1} of {file}") is { } inside)
            {
                objects.Add(new((int)numbers[0], inside));
            }
        }

        return objects.ToImmutable();
    }
}

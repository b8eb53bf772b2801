using System.Collections.Immutable;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Ocs.Data;

/// <summary>Reads Pascal VOC's XML files (Everingham et al. 2010, doi 10.1007/s11263-009-0275-4).</summary>
internal static class VocAnnotations
{
    private const long Longest = 1 << 24;
    private const int PixelLimit = 500_000_000;

    public static DetectionAnnotations Read(
        string annotationFolder, string imageFolder, ImmutableArray<string>? classNames, string? listFile)
    {
        var images = Files(annotationFolder, listFile).Select(file => Image(file, imageFolder)).ToList();
        var names = classNames ?? [
            .. images.SelectMany(image => image.Objects)
                .Select(found => found.Name)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
        var remarks = new AnnotationRemarks(annotationFolder);
        return DetectionAnnotations.Of(
            annotationFolder,
            imageFolder,
            names,
            images.Select(image => new AnnotatedImage(image.Image, Objects(image, names, remarks))),
            remarks);
    }

    private static List<string> Files(string folder, string? listFile)
    {
        try
        {
            var listed = listFile is null
                ? null
                : File.ReadLines(listFile).Select(line => line.Trim()).Where(line => line.Length > 0);

            // A list of the images of a class has a number after each name.
            var files = listed is null
                ? Directory.EnumerateFiles(folder, "*.xml").Order(StringComparer.Ordinal).ToList()
                : listed.Select(line => Path.Combine(folder, $"{line.Split(' ')[0]}.xml")).ToList();
            return files.Count > 0
                ? files
                : throw new OcsInputException(
                    $"No .xml file is in {listFile ?? folder}; give the folder of Pascal VOC's annotations.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OcsInputException(
                $"{listFile ?? folder} cannot be read ({error.Message.TrimEnd('.')}): give the folder of Pascal VOC's "
                + "annotations, and a list of names in it.",
                error);
        }
    }

    private static VocImage Image(string file, string imageFolder)
    {
        try
        {
            using var stream = new MemoryStream(InputFile.ReadAllBytes(file, Longest));
            var root = XDocument.Load(stream).Root!;
            var image = ImageOf(root, file, imageFolder);
            var (height, width) = SizeOf(root, Path.Combine(imageFolder, image));
            return new(file, image, [.. root.Elements("object").Select(entry => Object(entry, height, width))]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or XmlException
            or FormatException or InvalidDataException or OverflowException)
        {
            throw new OcsInputException(
                $"{file} is no annotation of Pascal VOC ({error.Message.TrimEnd('.')}): correct or remove it.", error);
        }
    }

    // Files are often renamed after they were annotated, so the name beside the annotation is looked for, too.
    private static string ImageOf(XElement root, string file, string folder)
    {
        var stated = root.Element("filename")?.Value.Trim() ?? "";
        var stem = Path.GetFileNameWithoutExtension(file);
        if (stated.Length > 0 && File.Exists(Path.Combine(folder, stated)))
        {
            return stated;
        }

        var found = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, $"{stem}.*").Select(path => Path.GetFileName(path)!)
                .Where(name => ImageNames.IsImage(name)).Order(StringComparer.Ordinal).FirstOrDefault()
            : null;
        return found ?? (stated.Length > 0 ? stated : $"{stem}.jpg");
    }

    private static (double Height, double Width) SizeOf(XElement root, string image)
    {
        var size = root.Element("size");
        var (height, width) = (Number(size?.Element("height")), Number(size?.Element("width")));
        if (height > 0 && width > 0 || !File.Exists(image))
        {
            return (height, width);
        }

        using var decoder = new ImageDecoder(PixelLimit);
        byte[] memory = [];
        return decoder.ReadSize(ImageFile.Read(image, ref memory));
    }

    private static VocObject Object(XElement entry, double height, double width)
    {
        var box = entry.Element("bndbox") ?? throw new FormatException("an object has no 'bndbox'");
        double Edge(string name) =>
            Number(box.Element(name) ?? throw new FormatException($"a 'bndbox' has no '{name}'"));
        return new(
            entry.Element("name")?.Value.Trim() ?? throw new FormatException("an object has no 'name'"),
            new BoundingBox(Edge("xmin") - 1, Edge("ymin") - 1, Edge("xmax"), Edge("ymax"))
                .Scale(1 / width, 1 / height),
            entry.Element("difficult")?.Value.Trim() == "1");
    }

    private static double Number(XElement? element) =>
        element is null ? 0 : double.Parse(element.Value, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static ImmutableArray<AnnotatedObject> Objects(
        VocImage image, ImmutableArray<string> names, AnnotationRemarks remarks)
    {
        var objects = ImmutableArray.CreateBuilder<AnnotatedObject>();
        foreach (var found in image.Objects)
        {
            var label = names.IndexOf(found.Name);
            if (label < 0)
            {
                throw new OcsInputException(
                    $"{image.File} has an object of class '{found.Name}', which is not one of "
                    + $"{string.Join(", ", names)}{NearestName.Question(found.Name, names)} Add the class, or "
                    + "correct the file.");
            }

            if (remarks.Clip(found.Box, $"a '{found.Name}' in {image.File}") is { } box)
            {
                objects.Add(new(label, box, found.IsDifficult ? ObjectKind.Ignored : ObjectKind.Object));
            }
        }

        return objects.ToImmutable();
    }

    private sealed record VocObject(string Name, BoundingBox Box, bool IsDifficult);

    private sealed record VocImage(string File, string Image, ImmutableArray<VocObject> Objects);
}

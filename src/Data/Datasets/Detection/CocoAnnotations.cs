using System.Text.Json;

namespace Ocs.Data;

/// <summary>Reads COCO's JSON files (Lin et al. 2014, arXiv 1405.0312; cocodataset.org, "Data format").</summary>
internal static class CocoAnnotations
{
    // The largest of COCO, of 118,287 images, has half of it.
    private const long Longest = 1L << 30;

    public static DetectionAnnotations Read(string file, string imageFolder)
    {
        try
        {
            using var json = JsonDocument.Parse(InputFile.ReadAllBytes(file, Longest));
            return Read(json.RootElement, file, imageFolder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OcsInputException(
                $"{file} cannot be read ({error.Message.TrimEnd('.')}): give a COCO file of annotations.", error);
        }
        catch (Exception error) when (
            error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new OcsInputException(
                $"{file} is no COCO file of annotations ({error.Message.TrimEnd('.')}): it needs 'images', "
                + "'annotations' with 'bbox', and 'categories'.",
                error);
        }
    }

    private static DetectionAnnotations Read(JsonElement root, string file, string imageFolder)
    {
        var categories = root.GetProperty("categories").EnumerateArray()
            .Select(entry => (Id: entry.GetProperty("id").GetInt64(), Name: entry.GetProperty("name").GetString()!))
            .ToList();
        var classOf = new Dictionary<long, int>();
        foreach (var (position, category) in categories.Index())
        {
            if (!classOf.TryAdd(category.Id, position))
            {
                throw new OcsInputException($"{file} lists the category {category.Id} twice; remove one of them.");
            }
        }

        var images = new Dictionary<long, (string File, double Width, double Height, List<AnnotatedObject> Objects)>();
        foreach (var entry in root.GetProperty("images").EnumerateArray())
        {
            var name = entry.GetProperty("file_name").GetString()!;
            var (width, height) = (entry.GetProperty("width").GetDouble(), entry.GetProperty("height").GetDouble());
            if (!images.TryAdd(entry.GetProperty("id").GetInt64(), (name, width, height, [])) || !(width * height > 0))
            {
                throw new OcsInputException(
                    $"{file} lists the image {name} with an 'id' that another has, or without a size; correct it.");
            }
        }

        var remarks = new AnnotationRemarks(file);
        foreach (var entry in root.GetProperty("annotations").EnumerateArray())
        {
            var name = $"object {(entry.TryGetProperty("id", out var id) ? id.ToString() : "without id")}";
            var category = entry.GetProperty("category_id").GetInt64();
            if (!classOf.TryGetValue(category, out var label))
            {
                throw new OcsInputException(
                    $"{file} has {name} of category {category}, which its 'categories' do not list; add it there, or "
                    + "remove the object.");
            }

            if (!images.TryGetValue(entry.GetProperty("image_id").GetInt64(), out var image))
            {
                throw new OcsInputException(
                    $"{file} has {name} of image {entry.GetProperty("image_id")}, which its 'images' do not list; add "
                    + "it there, or remove the object.");
            }

            if (remarks.Clip(Box(entry).Scale(1 / image.Width, 1 / image.Height), name) is { } box)
            {
                image.Objects.Add(new(label, box, KindOf(entry), AreaOf(entry)));
            }
        }

        return DetectionAnnotations.Of(
            file,
            imageFolder,
            [.. categories.Select(category => category.Name)],
            images.Values.Select(image => new AnnotatedImage(image.File, [.. image.Objects])),
            remarks);
    }

    private static BoundingBox Box(JsonElement entry)
    {
        double[] numbers = [.. entry.GetProperty("bbox").EnumerateArray().Select(number => number.GetDouble())];
        return numbers.Length == 4
            ? BoundingBox.FromSize(numbers[0], numbers[1], numbers[2], numbers[3])
            : throw new FormatException($"a 'bbox' has {numbers.Length} numbers");
    }

    private static ObjectKind KindOf(JsonElement entry) =>
        entry.TryGetProperty("iscrowd", out var crowd) && crowd.ValueKind == JsonValueKind.Number
        && crowd.GetInt32() != 0
            ? ObjectKind.Crowd
            : ObjectKind.Object;

    private static double? AreaOf(JsonElement entry) =>
        entry.TryGetProperty("area", out var area) && area.ValueKind == JsonValueKind.Number ? area.GetDouble() : null;
}

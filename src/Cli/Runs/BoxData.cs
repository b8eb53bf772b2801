using System.Collections.Immutable;
using Ocs.Cli.Configuration;
using Ocs.Data;

namespace Ocs.Cli.Runs;

/// <summary>Images with boxes: coco, voc or yolo.</summary>
internal static class BoxData
{
    /// <summary>The names of such data.</summary>
    public static readonly string[] Names = ["coco", "voc", "yolo"];

    private const ulong SplitSeed = 0;

    /// <summary>The training and test images.</summary>
    public static (DetectionDataset Train, DetectionDataset Test) Open(ExperimentOptions options, string? root)
    {
        var (kind, boxes) = (options.Data, options.Boxes);
        var (trainImages, trainBoxes) =
            (boxes.TrainImages ?? UsualImages(kind, "train"), boxes.TrainAnnotations ?? UsualBoxes(kind, "train"));
        var (testImages, testBoxes) =
            (boxes.TestImages ?? UsualImages(kind, "val"), boxes.TestAnnotations ?? UsualBoxes(kind, "val"));
        var folder = Places(kind, root).FirstOrDefault(place => Path.Exists(Path.Combine(place, trainBoxes)))
            ?? throw new OcsInputException(
                $"{trainBoxes} was not found in {string.Join(", ", Places(kind, root))}: give --data-root the folder "
                + "that holds it, or say where the boxes are (boxes.train-annotations).");
        var train = Read(kind, folder, trainImages, trainBoxes, boxes);

        // Both splits of voc are in one folder by default.
        var isApart = (boxes.TestAnnotations is not null || testBoxes != trainBoxes)
            && Path.Exists(Path.Combine(folder, testBoxes));
        if (boxes.TestAnnotations is not null && !isApart)
        {
            throw new OcsInputException($"{Path.Combine(folder, testBoxes)}, boxes.test-annotations, does not exist.");
        }

        var (first, second) = isApart
            ? (train, Read(kind, folder, testImages, testBoxes, boxes with { ClassNames = train.ClassNames }))
            : train.Split(boxes.ValidationSplit, SplitSeed);
        return (Of(kind, first, options), Of(kind, second, options));
    }

    private static DetectionDataset Of(string kind, DetectionAnnotations annotations, ExperimentOptions options) => new(
        kind,
        options.DataLimit is { } count
            ? annotations with { Images = [.. annotations.Images.Take(count)] }
            : annotations,
        new() { Size = options.Boxes.Size, Augmentation = options.BoxAugmentation });

    private static DetectionAnnotations Read(
        string kind, string folder, string images, string annotations, BoxChoices boxes)
    {
        var (imageFolder, place) = (Path.Combine(folder, images), Path.Combine(folder, annotations));
        var classes = boxes.ClassNames is { IsEmpty: false } names ? names : (ImmutableArray<string>?)null;
        return kind switch
        {
            "coco" => DetectionAnnotations.FromCoco(place, imageFolder),
            "voc" => DetectionAnnotations.FromVoc(place, imageFolder, classes),
            _ => DetectionAnnotations.FromYolo(imageFolder, place, classes),
        };
    }

    private static string UsualImages(string kind, string part) => kind switch
    {
        "coco" => $"{part}2017",
        "voc" => "JPEGImages",
        _ => $"images/{part}",
    };

    private static string UsualBoxes(string kind, string part) => kind switch
    {
        "coco" => $"annotations/instances_{part}2017.json",
        "voc" => "Annotations",
        _ => $"labels/{part}",
    };

    private static List<string> Places(string kind, string? root) =>
        [.. DatasetCatalog.Roots(root).SelectMany(place => (string[])[place, Path.Combine(place, kind)])];
}

using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>Images with boxes around their objects, as a file or a folder lists them.</summary>
/// <param name="Folder">The folder of the images.</param>
/// <param name="ClassNames">The names of the classes, in their order; the background has none.</param>
/// <param name="Images">The images, in ordinal order of their paths.</param>
/// <param name="Remarks">Remarks on surprising annotations, a sentence each.</param>
public sealed record DetectionAnnotations(
    string Folder,
    ImmutableArray<string> ClassNames,
    ImmutableArray<AnnotatedImage> Images,
    ImmutableArray<string> Remarks)
{
    /// <summary>
    /// Reads a COCO file (`instances_*.json`): classes in the order of its `categories`, boxes [x, y, width, height] in
    /// pixels, crowds, areas. Images without objects are kept.
    /// </summary>
    /// <param name="file">The JSON file.</param>
    /// <param name="imageFolder">The folder that its `file_name`s are in.</param>
    /// <exception cref="OcsInputException">
    /// It is no such file, it names a class or an image that it does not list, or images are missing.
    /// </exception>
    public static DetectionAnnotations FromCoco(string file, string imageFolder) =>
        CocoAnnotations.Read(file, imageFolder);

    /// <summary>
    /// Reads a folder of Pascal VOC's XML files, one an image. Its pixels count from 1, and both edges are within the
    /// box: one from 1 to 200 is the whole of an image of 200 pixels. Difficult objects are ignored.
    /// </summary>
    /// <param name="annotationFolder">The folder of the XML files.</param>
    /// <param name="imageFolder">The folder of the images.</param>
    /// <param name="classNames">The classes; null takes all names that occur, in ordinal order.</param>
    /// <param name="listFile">
    /// A text file with a name a line, without extension (`ImageSets/Main/train.txt`): only these images. Null takes
    /// all.
    /// </param>
    /// <exception cref="OcsInputException">
    /// A file is damaged or names an unknown class, or images are missing.
    /// </exception>
    public static DetectionAnnotations FromVoc(
        string annotationFolder, string imageFolder, ImmutableArray<string>? classNames = null,
        string? listFile = null) =>
        VocAnnotations.Read(annotationFolder, imageFolder, classNames, listFile);

    /// <summary>
    /// Reads a folder of YOLO's text files, one an image: a line `class x y width height` an object, x and y of the
    /// centre, all as shares of the image. An image without a file has no objects.
    /// </summary>
    /// <param name="imageFolder">The folder of the images, folders in it too.</param>
    /// <param name="labelFolder">The folder of the text files, with the same paths.</param>
    /// <param name="classNames">
    /// The classes; null reads `classes.txt` in the label folder, a name a line.
    /// </param>
    /// <exception cref="OcsInputException">
    /// A line is damaged or names an unknown class, or there are no images.
    /// </exception>
    public static DetectionAnnotations FromYolo(
        string imageFolder, string labelFolder, ImmutableArray<string>? classNames = null) =>
        YoloAnnotations.Read(imageFolder, labelFolder, classNames);

    /// <summary>
    /// Divides the images at random. The parts depend on the seed and the paths alone: images that are added leave most
    /// of the others where they were.
    /// </summary>
    /// <param name="share">The share of the second part, 0 to 1.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>Training images, and validation images.</returns>
    public (DetectionAnnotations Train, DetectionAnnotations Test) Split(double share, ulong seed)
    {
        if (share is not (> 0 and < 1))
        {
            throw new OcsInputException(
                FormattableString.Invariant($"`{nameof(share)}` is {share}, it must be between 0 and 1."));
        }

        var count = Math.Clamp((int)Math.Round(share * Images.Length), 1, Math.Max(1, Images.Length - 1));
        var second = Images
            .OrderBy(image => Rng.ForStream(seed, image.File).NextUInt64())
            .ThenBy(image => image.File, StringComparer.Ordinal)
            .Take(count)
            .Select(image => image.File)
            .ToHashSet(StringComparer.Ordinal);
        return (
            this with { Images = [.. Images.Where(image => !second.Contains(image.File))] },
            this with { Images = [.. Images.Where(image => second.Contains(image.File))] });
    }

    /// <summary>The annotations of a source whose images are all there.</summary>
    internal static DetectionAnnotations Of(
        string source, string folder, ImmutableArray<string> classNames, IEnumerable<AnnotatedImage> images,
        AnnotationRemarks remarks)
    {
        ImmutableArray<AnnotatedImage> sorted = [.. images.OrderBy(image => image.File, StringComparer.Ordinal)];
        var missing = sorted.Where(image => !System.IO.File.Exists(Path.Combine(folder, image.File))).ToList();
        if (missing.Count > 0)
        {
            throw new OcsInputException(
                $"{missing.Count} of {sorted.Length} images of {source} are not in {folder}, the first is "
                + $"{missing[0].File}; give the folder that has them.");
        }

        return sorted.IsEmpty || classNames.IsEmpty
            ? throw new OcsInputException($"{source} has no {(sorted.IsEmpty ? "images" : "objects")}; give another.")
            : new(folder, classNames, sorted, remarks.Sentences(sorted));
    }
}

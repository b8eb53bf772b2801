using System.Collections.Immutable;

namespace Ocs.Tasks;

/// <summary>How the area under a precision-recall curve is measured.</summary>
public enum VocInterpolation
{
    /// <summary>The whole area under the best precision at each recall or a higher one: VOC from 2010 on.</summary>
    AllPoints,

    /// <summary>The mean of that precision at the recalls 0, 0.1, ..., 1: VOC 2007.</summary>
    ElevenPoints,
}

/// <summary>
/// The figures of the Pascal VOC challenge (Everingham et al. 2010, doi 10.1007/s11263-009-0275-4, section 4.2).
/// </summary>
/// <remarks>
/// Each detection, the surest first, is compared with the object of its class that it overlaps most. It is right if the
/// IoU is large enough and the object was not found before. Difficult objects count neither way, nor do detections of
/// them. VOC knows no crowds; detections of one count neither way here.
/// </remarks>
public static class VocEvaluation
{
    private const double DefaultIou = 0.5;
    private const int Levels = 10;

    /// <summary>Compares detections with objects.</summary>
    /// <param name="images">
    /// Every image, also those without objects; detections of equal score keep their order.
    /// </param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="iou">Least intersection over union of a right detection, 0 to 1.</param>
    /// <param name="interpolation">How the area under the curve is measured.</param>
    /// <exception cref="OcsInputException">A box has a class that is not one of them.</exception>
    public static VocResult Run(
        IReadOnlyList<EvaluatedImage> images, int classes, double iou = DefaultIou,
        VocInterpolation interpolation = VocInterpolation.AllPoints)
    {
        EvaluatedClasses.Require(images, classes);
        ImmutableArray<PrecisionRecallCurve> curves =
            [.. Enumerable.Range(0, classes).Select(label => Curve(images, label, iou, interpolation))];
        var known = curves.Where(curve => curve.Objects > 0).Select(curve => curve.AveragePrecision);
        return new(known.DefaultIfEmpty(double.NaN).Average(), curves);
    }

    private static PrecisionRecallCurve Curve(
        IReadOnlyList<EvaluatedImage> images, int label, double least, VocInterpolation interpolation)
    {
        var objects = images.Select(image => image.Objects.Where(box => box.Class == label).ToArray()).ToArray();
        var found = objects.Select(boxes => new bool[boxes.Length]).ToArray();
        var count = objects.Sum(boxes => boxes.Count(box => !box.IsCrowd && !box.IsIgnored));
        var points = ImmutableArray.CreateBuilder<PrecisionRecallPoint>();
        var (hits, misses) = (0, 0);
        var detections = images
            .SelectMany((image, i) => image.Detections.Where(box => box.Class == label).Select(box => (Box: box, i)))
            .OrderByDescending(detection => detection.Box.Score);
        foreach (var (detection, image) in detections)
        {
            var (best, overlap) = Best(objects[image], detection);
            var isHit = best >= 0 && overlap >= least;
            if (isHit && (objects[image][best].IsCrowd || objects[image][best].IsIgnored))
            {
                continue;
            }

            isHit = isHit && !found[image][best];
            _ = isHit ? hits++ : misses++;
            if (isHit)
            {
                found[image][best] = true;
            }

            points.Add(new(detection.Score, (double)hits / (hits + misses), count == 0 ? 0 : (double)hits / count));
        }

        return new(label, count, count == 0 ? double.NaN : Area(points, interpolation), points.ToImmutable());
    }

    // Of equal overlaps the first object.
    private static (int Object, double Iou) Best(GroundTruthBox[] objects, DetectedBox detection)
    {
        var (best, overlap) = (-1, 0.0);
        for (var o = 0; o < objects.Length; o++)
        {
            var iou = objects[o].Box.Iou(detection.Box);
            (best, overlap) = iou > overlap ? (o, iou) : (best, overlap);
        }

        return (best, overlap);
    }

    private static double Area(
        ImmutableArray<PrecisionRecallPoint>.Builder points, VocInterpolation interpolation)
    {
        if (interpolation == VocInterpolation.ElevenPoints)
        {
            return Enumerable.Range(0, Levels + 1).Average(level => points
                .Where(point => point.Recall >= (double)level / Levels)
                .Select(point => point.Precision)
                .DefaultIfEmpty(0)
                .Max());
        }

        var (area, best) = (0.0, 0.0);
        for (var i = points.Count - 1; i >= 0; i--)
        {
            best = Math.Max(best, points[i].Precision);
            area += (points[i].Recall - (i == 0 ? 0 : points[i - 1].Recall)) * best;
        }

        return area;
    }
}

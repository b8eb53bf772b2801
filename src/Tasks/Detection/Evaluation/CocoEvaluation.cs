namespace Ocs.Tasks;

/// <summary>
/// The figures by which detectors are compared on COCO (Lin et al. 2014, arXiv 1405.0312), by the rules of its program
/// `cocoeval`.
/// </summary>
public static class CocoEvaluation
{
    private const int Thresholds = 10;
    private const int RecallLevels = 101;

    // Detections of a class of an image.
    private const int Most = 100;
    private const int Fewer = 10;

    // Square pixels: all, small, medium, large. A bound belongs to both sides.
    private static readonly (double Low, double High)[] Areas =
        [(0, 1e10), (0, 32 * 32), (32 * 32, 96 * 96), (96 * 96, 1e10)];

    private static readonly double[] IouThresholds = [.. Steps(0.5, 0.95, Thresholds)];
    private static readonly double[] Recalls = [.. Steps(0, 1, RecallLevels)];

    /// <summary>Compares detections with objects.</summary>
    /// <param name="images">
    /// Every image, also those without objects; detections of equal score keep their order.
    /// </param>
    /// <param name="classes">The number of classes.</param>
    /// <exception cref="OcsInputException">A box has a class that is not one of them.</exception>
    public static CocoResult Run(IReadOnlyList<EvaluatedImage> images, int classes)
    {
        EvaluatedClasses.Require(images, classes);
        var found = Enumerable.Range(0, classes).Select(label => OfClass(images, label)).ToList();
        double Ap(int area, params int[] thresholds) => Mean(found.SelectMany(
            curves => thresholds.Select(threshold => curves[area]?.Precision[threshold] ?? double.NaN)));
        double Ar(int area, int cut) => Mean(found.SelectMany(
            curves => curves[area]?.Recall[cut] ?? [double.NaN]));
        int[] all = [.. Enumerable.Range(0, Thresholds)];
        return new()
        {
            Ap = Ap(0, all),
            Ap50 = Ap(0, 0),
            Ap75 = Ap(0, Thresholds / 2),
            ApSmall = Ap(1, all),
            ApMedium = Ap(2, all),
            ApLarge = Ap(3, all),
            Ar1 = Ar(0, 0),
            Ar10 = Ar(0, 1),
            Ar100 = Ar(0, 2),
            ArSmall = Ar(1, 2),
            ArMedium = Ar(2, 2),
            ArLarge = Ar(3, 2),
            ClassAp = [.. found.Select(curves => Mean(curves[0]?.Precision ?? [double.NaN]))],
        };
    }

    // The curves of a class for each range of areas; null if nothing of it counts.
    private static ClassCurves?[] OfClass(IReadOnlyList<EvaluatedImage> images, int label)
    {
        var parts = images
            .Select(image => CocoMatching.Of(image, label, Most))
            .Where(matching => matching is not null)
            .ToList();
        return [.. Areas.Select(area => Curves([.. parts.Select(part => part!.Match(area, IouThresholds))]))];
    }

    private static ClassCurves? Curves(ImageMatches[] images)
    {
        var objects = images.Sum(image => image.Objects);
        if (objects == 0)
        {
            return null;
        }

        var precision = new double[Thresholds];
        var order = Order(images, Most);
        for (var threshold = 0; threshold < Thresholds; threshold++)
        {
            precision[threshold] = MeanPrecision(images, order, threshold, objects);
        }

        return new(precision, [.. new[] { 1, Fewer, Most }.Select(most => RecallsOf(images, most, objects))]);
    }

    // All detections of the class, the surest first; of equal scores, those of the earlier image.
    private static (int Image, int Detection)[] Order(ImageMatches[] images, int most) =>
    [
        .. images
            .SelectMany((image, i) => Enumerable.Range(0, Math.Min(most, image.Scores.Length)).Select(d => (i, d)))
            .OrderByDescending(place => images[place.i].Scores[place.d]),
    ];

    // The mean over the recall levels of the best precision at that recall or a higher one.
    private static double MeanPrecision(
        ImageMatches[] images, (int Image, int Detection)[] order, int threshold, int objects)
    {
        var (hits, misses) = (0, 0);
        var points = new List<(double Recall, double Precision)>();
        foreach (var (image, detection) in order)
        {
            if (!images[image].Ignored[threshold, detection])
            {
                _ = images[image].Matched[threshold, detection] ? hits++ : misses++;
            }

            points.Add(((double)hits / objects, hits / (hits + misses + double.BitIncrement(1) - 1)));
        }

        var best = 0.0;
        var sum = 0.0;
        var point = points.Count - 1;
        for (var level = RecallLevels - 1; level >= 0; level--)
        {
            for (; point >= 0 && points[point].Recall >= Recalls[level]; point--)
            {
                best = Math.Max(best, points[point].Precision);
            }

            sum += best;
        }

        return sum / RecallLevels;
    }

    private static double[] RecallsOf(ImageMatches[] images, int most, int objects) =>
    [
        .. Enumerable.Range(0, Thresholds).Select(threshold => (double)images.Sum(image =>
            Enumerable.Range(0, Math.Min(most, image.Scores.Length)).Count(detection =>
                image.Matched[threshold, detection] && !image.Ignored[threshold, detection])) / objects),
    ];

    private static double Mean(IEnumerable<double> values) =>
        values.Where(value => !double.IsNaN(value)).DefaultIfEmpty(double.NaN).Average();

    // As numpy's linspace rounds.
    private static IEnumerable<double> Steps(double from, double to, int count) => Enumerable.Range(0, count)
        .Select(i => i == count - 1 ? to : (i * ((to - from) / (count - 1))) + from);

    /// <summary>Precision by threshold, and recall by number of detections (1, 10, 100) and threshold.</summary>
    private sealed record ClassCurves(double[] Precision, double[][] Recall);
}

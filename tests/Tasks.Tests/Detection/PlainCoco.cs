namespace Ocs.Tasks.Tests;

/// <summary>
/// COCO's figures by the shortest way that the definitions allow: no tables, every curve from scratch for each
/// threshold and class.
/// </summary>
internal static class PlainCoco
{
    private static readonly int[] Hundredths = [.. Enumerable.Range(0, 10).Select(i => 50 + 5 * i)];

    public static double Ap(List<EvaluatedImage> images, int classes, double low, double high) => Mean(
        from label in Enumerable.Range(0, classes)
        from hundredths in Hundredths
        select AreaUnderCurve(Judge(images, label, hundredths / 100.0, 100, low, high)));

    public static double Ar(List<EvaluatedImage> images, int classes, int most, double low, double high) => Mean(
        from label in Enumerable.Range(0, classes)
        from hundredths in Hundredths
        let judged = Judge(images, label, hundredths / 100.0, most, low, high)
        select judged.Objects == 0 ? double.NaN : judged.Verdicts.Count(right => right) / (double)judged.Objects);

    // True for right, false for wrong, the surest first; those that count neither way are left out.
    private static (List<bool> Verdicts, int Objects) Judge(
        List<EvaluatedImage> images, int label, double threshold, int most, double low, double high)
    {
        var verdicts = new List<(double Score, bool? Verdict)>();
        var objects = 0;
        foreach (var image in images)
        {
            bool Counts(GroundTruthBox truth) =>
                !truth.IsCrowd && !truth.IsIgnored && truth.Area >= low && truth.Area <= high;
            var free = image.Objects.Where(truth => truth.Class == label).ToList();
            objects += free.Count(Counts);
            foreach (var found in image.Detections.Where(box => box.Class == label)
                .OrderByDescending(box => box.Score).Take(most))
            {
                double Overlap(GroundTruthBox truth) => truth.IsCrowd
                    ? truth.Box.Intersection(found.Box) / found.Box.Area
                    : truth.Box.Intersection(found.Box)
                        / (truth.Box.Area + found.Box.Area - truth.Box.Intersection(found.Box));

                // The last of the largest, as a stable sort has it; those that count are preferred whatever the IoU.
                var index = free
                    .Select((truth, position) => (truth, position))
                    .Where(entry => Overlap(entry.truth) >= threshold - 1e-12)
                    .OrderBy(entry => Counts(entry.truth))
                    .ThenBy(entry => Overlap(entry.truth))
                    .Select(entry => (int?)entry.position)
                    .LastOrDefault();
                var outside = found.Box.Area < low || found.Box.Area > high;
                verdicts.Add((found.Score, index is { } i ? Counts(free[i]) ? true : null : outside ? null : false));
                if (index is { } taken && !free[taken].IsCrowd)
                {
                    free.RemoveAt(taken);
                }
            }
        }

        return ([.. verdicts.OrderByDescending(entry => entry.Score).Where(entry => entry.Verdict is not null)
            .Select(entry => entry.Verdict!.Value)], objects);
    }

    private static double AreaUnderCurve((List<bool> Verdicts, int Objects) judged)
    {
        if (judged.Objects == 0)
        {
            return double.NaN;
        }

        var points = Enumerable.Range(1, judged.Verdicts.Count).Select(count =>
        {
            var right = judged.Verdicts.Take(count).Count(verdict => verdict);
            return (Recall: right / (double)judged.Objects, Precision: right / (double)count);
        }).ToList();
        return Enumerable.Range(0, 101).Average(percent => points
            .Where(point => point.Recall >= percent * 0.01)
            .Select(point => point.Precision)
            .DefaultIfEmpty(0)
            .Max());
    }

    private static double Mean(IEnumerable<double> values) =>
        values.Where(value => !double.IsNaN(value)).DefaultIfEmpty(double.NaN).Average();
}

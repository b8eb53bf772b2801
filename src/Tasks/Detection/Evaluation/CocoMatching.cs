namespace Ocs.Tasks;

/// <summary>Which detections of a class in an image belong to objects, by the rules of COCO's program.</summary>
internal sealed class CocoMatching
{
    // A detection must reach the threshold, but for a rounding.
    private const double AlmostOne = 1 - 1e-10;

    private readonly GroundTruthBox[] _objects;
    private readonly DetectedBox[] _detections;
    private readonly double[,] _iou;

    private CocoMatching(GroundTruthBox[] objects, DetectedBox[] detections)
    {
        (_objects, _detections) = (objects, detections);
        _iou = new double[detections.Length, objects.Length];
        for (var d = 0; d < detections.Length; d++)
        {
            for (var o = 0; o < objects.Length; o++)
            {
                _iou[d, o] = Overlap(detections[d], objects[o]);
            }
        }
    }

    /// <summary>The class in an image; null if it is neither there nor found.</summary>
    /// <param name="image">Objects and detections of all classes.</param>
    /// <param name="label">The class.</param>
    /// <param name="most">Detections that count: those with the highest scores.</param>
    public static CocoMatching? Of(EvaluatedImage image, int label, int most)
    {
        GroundTruthBox[] objects = [.. image.Objects.Where(box => box.Class == label)];
        DetectedBox[] detections =
            [.. image.Detections.Where(box => box.Class == label).OrderByDescending(box => box.Score).Take(most)];
        return objects.Length + detections.Length == 0 ? null : new(objects, detections);
    }

    /// <summary>Each detection, the surest first, takes the object that it overlaps most.</summary>
    /// <param name="area">Objects of other areas are ignored.</param>
    /// <param name="thresholds">Least IoU.</param>
    public ImageMatches Match((double Low, double High) area, double[] thresholds)
    {
        bool IsOutside(double size) => size < area.Low || size > area.High;
        bool[] ignored = [.. _objects.Select(box => box.IsCrowd || box.IsIgnored || IsOutside(box.Area))];

        // Those that count come first; otherwise the order stays.
        int[] order = [.. Enumerable.Range(0, _objects.Length).OrderBy(o => ignored[o])];
        var matches = new ImageMatches(
            [.. _detections.Select(box => box.Score)],
            new bool[thresholds.Length, _detections.Length],
            new bool[thresholds.Length, _detections.Length],
            ignored.Count(flag => !flag));
        for (var threshold = 0; threshold < thresholds.Length; threshold++)
        {
            var taken = new bool[_objects.Length];
            for (var d = 0; d < _detections.Length; d++)
            {
                var match = Best(d, Math.Min(thresholds[threshold], AlmostOne), order, ignored, taken);
                matches.Matched[threshold, d] = match >= 0;
                matches.Ignored[threshold, d] = match >= 0 ? ignored[match] : IsOutside(_detections[d].Box.Area);
                if (match >= 0)
                {
                    taken[match] = true;
                }
            }
        }

        return matches;
    }

    // Of equal overlaps the later object is taken; one that is ignored only where no other is found.
    private int Best(int detection, double least, int[] order, bool[] ignored, bool[] taken)
    {
        var best = -1;
        foreach (var o in order)
        {
            if (taken[o] && !_objects[o].IsCrowd)
            {
                continue;
            }

            if (best >= 0 && !ignored[best] && ignored[o])
            {
                break;
            }

            if (_iou[detection, o] >= least)
            {
                (best, least) = (o, _iou[detection, o]);
            }
        }

        return best;
    }

    // A crowd is larger than what is in it, so only the detection's own area counts.
    private static double Overlap(DetectedBox detection, GroundTruthBox truth) => !truth.IsCrowd
        ? detection.Box.Iou(truth.Box)
        : detection.Box.Area > 0 ? detection.Box.Intersection(truth.Box) / detection.Box.Area : 0;
}

/// <summary>The matches of a class in an image.</summary>
/// <param name="Scores">Of the detections, falling.</param>
/// <param name="Matched">[thresholds, detections]: whether an object was found.</param>
/// <param name="Ignored">[thresholds, detections]: whether the detection counts neither way.</param>
/// <param name="Objects">Objects that count.</param>
internal sealed record ImageMatches(double[] Scores, bool[,] Matched, bool[,] Ignored, int Objects);

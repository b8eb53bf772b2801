using System.Collections.Immutable;

namespace Ocs.Tasks;

/// <summary>Selects the detections of an image from the scores of its default boxes.</summary>
internal static class NonMaximumSuppression
{
    /// <summary>The detections, the surest first.</summary>
    /// <param name="boxes">[D, 4], row by row: edges.</param>
    /// <param name="scores">[D, 1 + classes], row by row: probabilities, the background's first.</param>
    /// <param name="options">What is left out.</param>
    public static ImmutableArray<DetectedBox> Detect(
        ReadOnlySpan<float> boxes, ReadOnlySpan<float> scores, DetectionDecoding options)
    {
        var defaults = boxes.Length / 4;
        var width = scores.Length / defaults;
        var found = new List<DetectedBox>();
        for (var label = 1; label < width; label++)
        {
            var candidates = new List<DetectedBox>();
            for (var box = 0; box < defaults; box++)
            {
                var score = scores[(box * width) + label];
                if (score > options.ScoreThreshold)
                {
                    var edges = boxes.Slice(4 * box, 4);
                    candidates.Add(new(label - 1, score, new(edges[0], edges[1], edges[2], edges[3])));
                }
            }

            found.AddRange(Suppress(
                candidates.OrderByDescending(box => box.Score).Take(options.CandidatesPerClass), options.NmsIou));
        }

        return [.. found.OrderByDescending(box => box.Score).Take(options.MostPerImage)];
    }

    /// <summary>The boxes that no surer one overlaps by more than <paramref name="iou"/>, in their order.</summary>
    /// <param name="sorted">Boxes of one class, the surest first.</param>
    /// <param name="iou">Intersection over union.</param>
    public static List<DetectedBox> Suppress(IEnumerable<DetectedBox> sorted, double iou)
    {
        var kept = new List<DetectedBox>();
        foreach (var candidate in sorted)
        {
            if (!kept.Exists(box => box.Box.Iou(candidate.Box) > iou))
            {
                kept.Add(candidate);
            }
        }

        return kept;
    }
}

using Ocs.Data;

namespace Ocs.Tasks;

/// <summary>An evaluated image in a form that processes can exchange as numbers.</summary>
/// <param name="Number">
/// Its number in the data set. Images are evaluated in this order, whichever process had them.
/// </param>
/// <param name="Content">Its objects and detections.</param>
internal sealed record TalliedImage(double Number, EvaluatedImage Content)
{
    // Class and edges, with area and kind of an object, or the score of a detection.
    private const int ObjectLength = 8;
    private const int DetectionLength = 6;
    private const int HeaderLength = 3;

    /// <summary>The image as numbers.</summary>
    public IEnumerable<double> ToNumbers() =>
    [
        Number, Content.Objects.Length, Content.Detections.Length,
        .. Content.Objects.SelectMany(truth => (double[])
            [truth.Class, .. Edges(truth.Box), truth.Area, truth.IsCrowd ? 1 : 0, truth.IsIgnored ? 1 : 0]),
        .. Content.Detections.SelectMany(found => (double[])[found.Class, .. Edges(found.Box), found.Score]),
    ];

    /// <summary>The images of a process.</summary>
    public static IEnumerable<TalliedImage> FromNumbers(double[] numbers)
    {
        var images = new List<TalliedImage>();
        for (var at = 0; at < numbers.Length;)
        {
            var (number, objects, detections) = (numbers[at], (int)numbers[at + 1], (int)numbers[at + 2]);
            var first = at + HeaderLength;
            var second = first + (objects * ObjectLength);
            images.Add(new(number, new(
                [
                    .. Enumerable.Range(0, objects)
                        .Select(i => numbers.AsSpan(first + (i * ObjectLength), ObjectLength).ToArray())
                        .Select(part => new GroundTruthBox(
                            (int)part[0], Box(part), part[5], IsCrowd: part[6] != 0, IsIgnored: part[7] != 0)),
                ],
                [
                    .. Enumerable.Range(0, detections)
                        .Select(i => numbers.AsSpan(second + (i * DetectionLength), DetectionLength).ToArray())
                        .Select(part => new DetectedBox((int)part[0], part[5], Box(part))),
                ])));
            at = second + (detections * DetectionLength);
        }

        return images;
    }

    private static double[] Edges(BoundingBox box) => [box.Left, box.Top, box.Right, box.Bottom];

    private static BoundingBox Box(double[] part) => new(part[1], part[2], part[3], part[4]);
}

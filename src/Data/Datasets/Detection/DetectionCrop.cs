using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>
/// SSD's random parts of images. Liu et al. 2016, arXiv 1512.02325, section 2.2, with the choices of NVIDIA's program:
/// the whole image, a part that all boxes overlap by more than 0, 0.1, 0.3, 0.5, 0.7 or 0.9, or any part.
/// </summary>
internal static class DetectionCrop
{
    private const double Smallest = 0.3;
    private const double Narrowest = 0.5;
    private const double Widest = 2;

    // An image of many small objects may allow none of the bounds; then it stays whole.
    private const int Rounds = 50;

    private static readonly double?[] Bounds = [null, 0, 0.1, 0.3, 0.5, 0.7, 0.9, double.NegativeInfinity];

    /// <summary>Draws a part, in shares of the image.</summary>
    /// <param name="objects">What is in the image.</param>
    /// <param name="rng">Where the choices come from.</param>
    public static BoundingBox Draw(ImmutableArray<AnnotatedObject> objects, Rng rng)
    {
        var whole = new BoundingBox(0, 0, 1, 1);
        for (var round = 0; round < Rounds; round++)
        {
            if (Bounds[rng.Next(Bounds.Length)] is not { } bound)
            {
                return whole;
            }

            var width = Smallest + (1 - Smallest) * rng.NextDouble();
            var height = Smallest + (1 - Smallest) * rng.NextDouble();
            var (left, top) = ((1 - width) * rng.NextDouble(), (1 - height) * rng.NextDouble());
            var part = BoundingBox.FromSize(left, top, width, height);
            if (width / height is >= Narrowest and <= Widest
                && objects.All(found => found.Box.Iou(part) > bound)
                && (objects.IsEmpty || objects.Any(found => HasCentre(part, found.Box))))
            {
                return part;
            }
        }

        return whole;
    }

    /// <summary>The objects whose centres are in a part, with boxes that are shares of it.</summary>
    public static ImmutableArray<AnnotatedObject> Within(BoundingBox part, ImmutableArray<AnnotatedObject> objects) =>
    [
        .. objects
            .Where(found => HasCentre(part, found.Box))
            .Select(found => found with
            {
                Area = null,
                Box = new BoundingBox(
                    found.Box.Left - part.Left, found.Box.Top - part.Top,
                    found.Box.Right - part.Left, found.Box.Bottom - part.Top)
                    .Scale(1 / part.Width, 1 / part.Height).Clip(1, 1),
            })
            .Where(found => found.Box.IsProper),
    ];

    private static bool HasCentre(BoundingBox part, BoundingBox box)
    {
        var (x, y) = ((box.Left + box.Right) / 2, (box.Top + box.Bottom) / 2);
        return x > part.Left && x < part.Right && y > part.Top && y < part.Bottom;
    }
}

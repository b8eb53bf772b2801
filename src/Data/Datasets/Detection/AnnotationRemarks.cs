using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>Clips boxes to their images, and counts surprising ones for remarks.</summary>
/// <param name="source">The file or folder that they are from.</param>
internal sealed class AnnotationRemarks(string source)
{
    // Rounded edges reach out by less.
    private const double Overhang = 0.01;

    private int _clipped;
    private int _dropped;
    private string? _firstDropped;

    /// <summary>The part of a box within its image; null for a box that has none.</summary>
    /// <param name="box">Shares of the image.</param>
    /// <param name="name">Its name in messages.</param>
    public BoundingBox? Clip(BoundingBox box, string name)
    {
        var inside = box.IsProper ? box.Clip(1, 1) : box;
        if (!inside.IsProper)
        {
            _dropped++;
            _firstDropped ??= name;
            return null;
        }

        var isOut = Math.Min(box.Left, box.Top) < -Overhang || Math.Max(box.Right, box.Bottom) > 1 + Overhang;
        _clipped += isOut ? 1 : 0;
        return inside;
    }

    /// <summary>The remarks, a sentence each.</summary>
    public ImmutableArray<string> Sentences(IReadOnlyCollection<AnnotatedImage> images)
    {
        var empty = images.Count(image => image.Objects.IsEmpty);
        List<string> sentences = [];
        if (_dropped > 0)
        {
            sentences.Add(
                $"{_dropped} boxes of {source} have no inside in their image and are left out; the first is that of "
                + $"{_firstDropped}.");
        }

        if (_clipped > 0)
        {
            sentences.Add($"{_clipped} boxes of {source} reach out of their image and are cut at its edge.");
        }

        if (empty > 0)
        {
            sentences.Add($"{empty} of {images.Count} images of {source} have no objects: they are background.");
        }

        return [.. sentences];
    }
}

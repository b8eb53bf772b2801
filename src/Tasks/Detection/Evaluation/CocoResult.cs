using System.Collections.Immutable;

namespace Ocs.Tasks;

/// <summary>
/// COCO's figures of a detector, 0 to 1. A figure is NaN if no object counts for it; COCO's own program prints -1.
/// </summary>
public sealed record CocoResult
{
    /// <summary>Average precision: the mean over the IoU thresholds 0.50, 0.55, ..., 0.95 and the classes.</summary>
    public required double Ap { get; init; }

    /// <summary>Average precision at IoU 0.50.</summary>
    public required double Ap50 { get; init; }

    /// <summary>Average precision at IoU 0.75.</summary>
    public required double Ap75 { get; init; }

    /// <summary>Average precision for objects of at most 32 x 32 pixels.</summary>
    public required double ApSmall { get; init; }

    /// <summary>Average precision for objects of 32 x 32 to 96 x 96 pixels.</summary>
    public required double ApMedium { get; init; }

    /// <summary>Average precision for objects of at least 96 x 96 pixels.</summary>
    public required double ApLarge { get; init; }

    /// <summary>Average recall with one detection for each class of an image.</summary>
    public required double Ar1 { get; init; }

    /// <summary>Average recall with 10 detections for each class of an image.</summary>
    public required double Ar10 { get; init; }

    /// <summary>Average recall with 100 detections for each class of an image.</summary>
    public required double Ar100 { get; init; }

    /// <summary>Average recall (100 detections) for objects of at most 32 x 32 pixels.</summary>
    public required double ArSmall { get; init; }

    /// <summary>Average recall (100 detections) for objects of 32 x 32 to 96 x 96 pixels.</summary>
    public required double ArMedium { get; init; }

    /// <summary>Average recall (100 detections) for objects of at least 96 x 96 pixels.</summary>
    public required double ArLarge { get; init; }

    /// <summary>Average precision of each class, as <see cref="Ap"/>.</summary>
    public required ImmutableArray<double> ClassAp { get; init; }
}

using Ocs.Data;

namespace Ocs.Tasks;

/// <summary>An object that is in an image.</summary>
/// <param name="Class">The number of its class, from 0.</param>
/// <param name="Box">Where it is, in pixels.</param>
/// <param name="Area">
/// Its area in square pixels: of the segmentation where there is one (COCO), else of the box.
/// </param>
/// <param name="IsCrowd">
/// Whether it is many objects in one box: any number of detections in it counts neither way.
/// </param>
/// <param name="IsIgnored">
/// Whether finding it counts neither way (Pascal VOC's difficult objects); at most one detection belongs to it.
/// </param>
public readonly record struct GroundTruthBox(
    int Class, BoundingBox Box, double Area, bool IsCrowd = false, bool IsIgnored = false);

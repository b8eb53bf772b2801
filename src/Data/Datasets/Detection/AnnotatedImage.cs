using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>An image and what is in it.</summary>
/// <param name="File">Its path within the folder of images, with `/` between folders.</param>
/// <param name="Objects">The objects in it; may be empty.</param>
public sealed record AnnotatedImage(string File, ImmutableArray<AnnotatedObject> Objects);

/// <summary>A box with a class.</summary>
/// <param name="Class">The number of its class, from 0.</param>
/// <param name="Box">Its edges as shares of the image's width and height, 0 to 1.</param>
/// <param name="Kind">Whether it is to be found.</param>
/// <param name="Area">
/// Square pixels of the object itself (COCO's segmentation); null if only the box is known.
/// </param>
public sealed record AnnotatedObject(
    int Class, BoundingBox Box, ObjectKind Kind = ObjectKind.Object, double? Area = null);

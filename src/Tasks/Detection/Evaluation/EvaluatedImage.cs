using System.Collections.Immutable;

namespace Ocs.Tasks;

/// <summary>The objects and the detections of an image. All boxes are in pixels.</summary>
/// <param name="Objects">The objects.</param>
/// <param name="Detections">The detections, in any order.</param>
public sealed record EvaluatedImage(ImmutableArray<GroundTruthBox> Objects, ImmutableArray<DetectedBox> Detections);

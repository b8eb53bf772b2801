using System.Collections.Immutable;

namespace Ocs.Tasks;

/// <summary>What is in an image, and what was found in it. All boxes are in pixels.</summary>
/// <param name="Objects">What is there.</param>
/// <param name="Detections">What was found, in any order.</param>
public sealed record EvaluatedImage(ImmutableArray<GroundTruthBox> Objects, ImmutableArray<DetectedBox> Detections);

using Ocs.Data;

namespace Ocs.Tasks;

/// <summary>An object that a network finds.</summary>
/// <param name="Class">The number of its class, from 0; the background has none.</param>
/// <param name="Score">How likely it is, 0 to 1.</param>
/// <param name="Box">
/// Where it is: shares of the image's width and height, or pixels where an evaluation wants them.
/// </param>
public readonly record struct DetectedBox(int Class, double Score, BoundingBox Box);

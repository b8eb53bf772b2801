using System.Collections.Immutable;

namespace Ocs.Tasks;

/// <summary>Pascal VOC's figures of a detector.</summary>
/// <param name="MeanAveragePrecision">
/// The mean over the classes that have objects, 0 to 1; NaN if none has.
/// </param>
/// <param name="Curves">The curve of each class, in the order of the classes.</param>
public sealed record VocResult(double MeanAveragePrecision, ImmutableArray<PrecisionRecallCurve> Curves);

/// <summary>How precision falls while recall rises, for a class.</summary>
/// <param name="Class">The number of the class.</param>
/// <param name="Objects">Objects that count.</param>
/// <param name="AveragePrecision">The area under the curve, 0 to 1; NaN if there is no object.</param>
/// <param name="Points">A point for each detection that counts, the surest first.</param>
public sealed record PrecisionRecallCurve(
    int Class, int Objects, double AveragePrecision, ImmutableArray<PrecisionRecallPoint> Points);

/// <summary>Precision and recall at a threshold of the score.</summary>
/// <param name="Score">Detections of this score or a higher one count.</param>
/// <param name="Precision">The share of them that is right.</param>
/// <param name="Recall">The share of the objects that they find.</param>
public readonly record struct PrecisionRecallPoint(double Score, double Precision, double Recall);

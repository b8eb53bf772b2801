using System.Collections.Immutable;

namespace Ocs.RunLog;

/// <summary>
/// A few held-out samples as pictures, with labels and predictions of the run's networks. For a detector also
/// precision-recall curves over all samples.
/// </summary>
internal sealed record RunSamples
{
    /// <summary>The headings of the columns: the image, the truth, the networks.</summary>
    public required ImmutableArray<string> Columns { get; init; }

    /// <summary>A row for each sample: a PNG for each column, base64.</summary>
    public required ImmutableArray<ImmutableArray<string>> Rows { get; init; }

    /// <summary>The colours of the classes.</summary>
    public ImmutableArray<SampleColour> Legend { get; init; } = [];

    /// <summary>The precision-recall curves of the final network; empty for tasks other than detection.</summary>
    public ImmutableArray<ClassPrecision> Precision { get; init; } = [];
}

/// <summary>The precision-recall curve of a class of objects.</summary>
/// <param name="Name">The class.</param>
/// <param name="Objects">The number of objects.</param>
/// <param name="AveragePrecision">The area under the curve, 0 to 1; null if there is no object.</param>
/// <param name="Values">
/// The best precision at each recall or a higher one, for recalls from 0 to 1 in equal steps.
/// </param>
internal sealed record ClassPrecision(
    string Name, int Objects, double? AveragePrecision, ImmutableArray<double> Values);

/// <summary>The colour of a class.</summary>
/// <param name="Name">The class.</param>
/// <param name="Colour">Red, green and blue, six hexadecimal digits.</param>
internal sealed record SampleColour(string Name, string Colour);

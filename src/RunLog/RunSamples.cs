using System.Collections.Immutable;

namespace Ocs.RunLog;

/// <summary>
/// A few held-out samples as pictures: what they are, and what the networks of the run make of them. Of a detector also
/// how precision falls with recall over all of them.
/// </summary>
internal sealed record RunSamples
{
    /// <summary>What the columns show: the image, the truth, the networks.</summary>
    public required ImmutableArray<string> Columns { get; init; }

    /// <summary>A row for each sample: a PNG for each column, base64.</summary>
    public required ImmutableArray<ImmutableArray<string>> Rows { get; init; }

    /// <summary>The colours of the classes.</summary>
    public ImmutableArray<SampleColour> Legend { get; init; } = [];

    /// <summary>The precision-recall curves of the network at the end; empty for other tasks than detection.</summary>
    public ImmutableArray<ClassPrecision> Precision { get; init; } = [];
}

/// <summary>How precision falls while recall rises, for a class of objects.</summary>
/// <param name="Name">The class.</param>
/// <param name="Objects">How many objects there are.</param>
/// <param name="AveragePrecision">The area under the curve, 0 to 1; null if there is no object.</param>
/// <param name="Values">
/// The best precision at a recall or a higher one, for recalls from 0 to 1 in equal steps.
/// </param>
internal sealed record ClassPrecision(
    string Name, int Objects, double? AveragePrecision, ImmutableArray<double> Values);

/// <summary>The colour of a class.</summary>
/// <param name="Name">The class.</param>
/// <param name="Colour">Red, green and blue, six hexadecimal digits.</param>
internal sealed record SampleColour(string Name, string Colour);

using System.Collections.Immutable;

namespace Ocs.RunLog;

/// <summary>A few held-out samples as pictures: what they are, and what the networks of the run make of them.</summary>
internal sealed record RunSamples
{
    /// <summary>What the columns show: the image, the truth, the networks.</summary>
    public required ImmutableArray<string> Columns { get; init; }

    /// <summary>A row for each sample: a PNG for each column, base64.</summary>
    public required ImmutableArray<ImmutableArray<string>> Rows { get; init; }

    /// <summary>The colours of the classes.</summary>
    public ImmutableArray<SampleColour> Legend { get; init; } = [];
}

/// <summary>The colour of a class.</summary>
/// <param name="Name">The class.</param>
/// <param name="Colour">Red, green and blue, six hexadecimal digits.</param>
internal sealed record SampleColour(string Name, string Colour);

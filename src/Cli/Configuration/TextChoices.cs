using Ocs.Data;

namespace Ocs.Cli.Configuration;

/// <summary>The text of data: text, and how it is read.</summary>
internal sealed record TextChoices
{
    /// <summary>The file, or a folder of `.txt` files, in the data root.</summary>
    public string File { get; init; } = "input.txt";

    /// <summary>Tokens of a window: the length of the sequences that the network is built for.</summary>
    public int Length { get; init; } = 64;

    /// <summary>What a token is.</summary>
    public TextUnit Unit { get; init; }

    /// <summary>The fraction at the end of the text that is measured on; the rest is trained on.</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>Windows of an epoch of training; null for as many as fit side by side.</summary>
    public int? WindowsPerEpoch { get; init; }

    /// <summary>As the corpus takes them.</summary>
    public TextOptions Options => new()
    {
        Length = Length,
        Unit = Unit,
        ValidationShare = ValidationShare,
        WindowsPerEpoch = WindowsPerEpoch,
    };
}

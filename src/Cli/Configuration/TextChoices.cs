using Ocs.Data;

namespace Ocs.Cli.Configuration;

/// <summary>The text of data: text, and how it is read.</summary>
internal sealed record TextChoices
{
    /// <summary>The text file, or a folder of `.txt` files, in the data root.</summary>
    public string File { get; init; } = "input.txt";

    /// <summary>Tokens in a window: the sequence length of the network.</summary>
    public int Length { get; init; } = 64;

    /// <summary>The unit of a token.</summary>
    public TextUnit Unit { get; init; }

    /// <summary>The fraction at the end of the text that is held out; the rest is trained on.</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>Windows per training epoch; null for as many as fit side by side.</summary>
    public int? WindowsPerEpoch { get; init; }

    /// <summary>The corpus's options.</summary>
    public TextOptions Options => new()
    {
        Length = Length,
        Unit = Unit,
        ValidationShare = ValidationShare,
        WindowsPerEpoch = WindowsPerEpoch,
    };
}

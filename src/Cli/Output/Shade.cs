namespace Ocs.Cli.Output;

/// <summary>The meaning of a text, shown as a colour.</summary>
internal enum Shade
{
    None,

    /// <summary>Green: good.</summary>
    Good,

    /// <summary>Yellow: a warning.</summary>
    Warning,

    /// <summary>Red: it failed.</summary>
    Bad,
}

/// <summary>The colours of a terminal.</summary>
internal static class Shades
{
    private const string Reset = "\e[0m";

    /// <summary>A clean text in its colour.</summary>
    public static string Paint(this Shade shade, string text) => shade switch
    {
        Shade.Good => $"\e[32m{text}{Reset}",
        Shade.Warning => $"\e[33m{text}{Reset}",
        Shade.Bad => $"\e[31m{text}{Reset}",
        _ => text,
    };
}

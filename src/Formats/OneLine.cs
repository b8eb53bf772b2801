namespace Ocs.Formats;

/// <summary>Names of a file in a sentence: they may hold anything, line breaks and a terminal's commands too.</summary>
internal static class OneLine
{
    /// <summary>The text with a blank for each control character.</summary>
    public static string Of(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
}

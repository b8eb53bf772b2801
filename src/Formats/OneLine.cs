namespace Ocs.Formats;

/// <summary>
/// Makes names from a file safe for messages: they may contain line breaks and terminal escape codes.
/// </summary>
internal static class OneLine
{
    /// <summary>The text with each control character replaced by a space.</summary>
    public static string Of(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
}

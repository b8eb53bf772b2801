using System.Text.RegularExpressions;

namespace Ocs.EndToEnd.Tests.Pages;

/// <summary>A block of code of a page. An HTML comment right before it may say more than a reader needs.</summary>
/// <param name="Page">The page's path in the repository.</param>
/// <param name="Line">Where it begins.</param>
/// <param name="Language">The word behind the fence, or <see cref="Indented"/>.</param>
/// <param name="Text">Its lines, each with its end.</param>
/// <param name="Comment">
/// The comment: `not run: REASON`, or `file: NAME` for what a tutorial has its reader save; or nothing.
/// </param>
internal sealed partial record PageBlock(string Page, int Line, string Language, string Text, string Comment)
{
    /// <summary>The language of a block without fences: what it is in is seen from its words.</summary>
    public const string Indented = "indented";

    public string Where => $"{Page}:{Line}";

    public bool IsShell => Language is "" or "bash" || (Language == Indented && ShellLine.IsOne(Text));

    public bool IsProgram => Language == "csharp" || (Language == Indented && !ShellLine.IsOne(Text));

    /// <summary>Why it cannot be run where the tests run; null where it can.</summary>
    public string? NotRun => Said("not run");

    /// <summary>The file that its reader saves it as; null where it is none.</summary>
    public string? SavedAs => Said("file");

    private string? Said(string word) =>
        Remark().Match(Comment) is { Success: true } match && match.Groups["word"].Value == word
            ? match.Groups["text"].Value
            : null;

    [GeneratedRegex("^<!-- (?<word>not run|file): (?<text>.+) -->$", RegexOptions.ExplicitCapture)]
    private static partial Regex Remark();
}

namespace Ocs.Cli.Output;

/// <summary>Quotes words for a shell.</summary>
internal static class ShellWord
{
    private const string Plain = "_-./=:,+@%^";

    /// <summary>The word, quoted if a shell would change it.</summary>
    public static string Of(string word) => word.Length > 0
        && word.All(letter => char.IsLetterOrDigit(letter) || Plain.Contains(letter, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}

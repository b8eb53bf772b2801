namespace Ocs.Cli.Output;

/// <summary>Words of a command line as a person has to type them.</summary>
internal static class ShellWord
{
    private const string Plain = "_-./=:,+@%^";

    /// <summary>The word itself, or in quotes where a shell would read it otherwise.</summary>
    public static string Of(string word) => word.Length > 0
        && word.All(letter => char.IsLetterOrDigit(letter) || Plain.Contains(letter, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}

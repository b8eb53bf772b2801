using System.Text.RegularExpressions;
using Ocs.Cli.Configuration;

namespace Ocs.Cli.Tests.Architecture;

/// <summary>
/// Libraries speak of properties, methods and values of their API, in backticks; only the command knows flags, commands
/// and keys of configurations. Every such name has a word of the command.
/// </summary>
public partial class LibraryWordsTests
{
    // What the command does not set, a name in CIFAR's files, and a vocabulary of texts.
    private static readonly string[] OnlyInLibraries =
    [
        "PrefetchDepth", "MemoryFormat", "TrainingData.Task", "ITask.ActivationOf", "data",
        "Detection", "DetectionDataset", "ScoreThreshold", "NmsIou", "CandidatesPerClass", "MostPerImage", "classNames",
        "share",
        "Byte", "Vocabulary",
    ];

    private static readonly (string File, string Text)[] Literals =
    [
        .. Repository.Files("src", "*.cs")
            .Where(file => !file.Contains("/src/Cli/", StringComparison.Ordinal))
            .SelectMany(file => LiteralsOf(File.ReadAllText(file)).Select(text => (Path.GetFileName(file), text))),
    ];

    [Fact]
    public void No_message_of_a_library_names_a_flag_or_a_command() =>
        Assert.DoesNotContain(Literals, literal => FlagOrCommand().IsMatch(literal.Text));

    [Fact]
    public void No_message_of_a_library_names_a_key_of_the_configuration()
    {
        var keys = ConfigurationKeys.All.Select(key => key.Split('.')[^1])
            .Where(key => key.Contains('-', StringComparison.Ordinal)).Distinct();
        var any = new Regex(
            $@"(?<![\w-])({string.Join('|', keys.Select(Regex.Escape))})(?![\w-])", RegexOptions.ExplicitCapture,
            TimeSpan.FromMinutes(1));

        Assert.DoesNotContain(Literals, literal => any.IsMatch(literal.Text));
    }

    [Fact]
    public void Every_name_of_the_API_has_a_word_of_the_command()
    {
        var names = Literals
            .SelectMany(literal => Name().Matches(NameOf().Replace(literal.Text, match => match.Groups["last"].Value)))
            .Select(match => match.Groups["code"].Value)
            .Distinct()
            .ToList();

        Assert.Contains("MaximumPruned", names);
        Assert.Contains("Models.All", names);
        Assert.Empty(names.Where(name => CommandWords.WordFor(name) is null).Except(OnlyInLibraries));
    }

    [Fact]
    public void Literals_are_found_in_every_form()
    {
        const string Source = """"
            // "a comment"
            var a = "one \" more"; /* "no" */ var quote = '"';
            var b = $"two {string.Join(", ", list)} three";
            var c = @"C:\"; var d = """
                four "five"
                """;
            """";

        Assert.Equal(
            ["\"one \\\" more\"", "$\"two {string.Join(\"", "\", list)} three\"", "@\"C:\\\"", "four \"five\""],
            LiteralsOf(Source).Select(text => text.Trim('"', ' ', '\n') is var inner
                && inner.StartsWith("four", StringComparison.Ordinal) ? inner + "\"" : text));
    }

    private static IEnumerable<string> LiteralsOf(string source) =>
        Token().Matches(source).Where(match => match.Groups["literal"].Success).Select(match => match.Value);

    // Of an interpolated text, what lies between the quotes of its holes is a literal too.
    [GeneratedRegex(
        """"
        //[^\n]*|/\*.*?\*/|'(\\.[^']*|[^'\\])'|(?<literal>\$*"""(?!").*?"""|\$?@\$?"([^"]|"")*"|\$?"(\\.|[^"\\\n])*")
        """",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Token();

    [GeneratedRegex(@"(?<![\w-])--[a-z]{2}|`(\./)?ocs\b")]
    private static partial Regex FlagOrCommand();

    [GeneratedRegex(@"`(?<code>[A-Za-z]\w*(\.\w+)*( = \w+)?)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();

    [GeneratedRegex(@"\{nameof\((\w+\.)*(?<last>\w+)\)\}", RegexOptions.ExplicitCapture)]
    private static partial Regex NameOf();
}

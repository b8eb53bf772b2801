using System.CommandLine;
using System.Text;
using Ocs.Cli.Commands;

namespace Ocs.Cli.Output;

/// <summary>`--help`: System.CommandLine's text, with grouped options and with examples.</summary>
internal static class HelpText
{
    private const string OptionsHeading = "Options:";
    private const int Widest = 120;
    private const int Indent = 6;

    /// <summary>The width of the help: that of the screen, up to a readable limit.</summary>
    public static int WidthOn(Screen screen) => screen.IsTerminal ? Math.Min(screen.Columns, Widest) : Widest;

    /// <summary>The whole help.</summary>
    /// <param name="text">The library's help.</param>
    /// <param name="command">The command.</param>
    /// <param name="columns">The width.</param>
    public static string Of(string text, Command command, int columns)
    {
        var lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').ToList();
        var groups = OptionGroups.Of(command);
        var start = lines.IndexOf(OptionsHeading);
        if (groups.Count > 0 && start >= 0)
        {
            var end = lines.FindIndex(start, line => line.Length == 0) is >= 0 and var empty ? empty : lines.Count;
            var grouped = Grouped(Entries(lines[(start + 1)..end]), groups);
            lines = [.. lines[..start], .. grouped, .. lines[end..]];
        }

        var whole = new StringBuilder().AppendJoin('\n', lines.Select(line => line.TrimEnd())).Append('\n');
        foreach (var line in Examples(command, columns))
        {
            whole.Append(line).Append('\n');
        }

        return whole.ToString();
    }

    // Splits the text into options. The first line of an option has its names; the following lines are indented.
    private static List<List<string>> Entries(IEnumerable<string> lines)
    {
        var entries = new List<List<string>>();
        foreach (var line in lines)
        {
            if (line.StartsWith("  -", StringComparison.Ordinal) || entries.Count == 0)
            {
                entries.Add([]);
            }

            entries[^1].Add(line);
        }

        return entries;
    }

    private static IEnumerable<string> Grouped(
        List<List<string>> entries, IReadOnlyList<(string Heading, IReadOnlyList<Option> Options)> groups) =>
        groups.SelectMany((group, index) => (string[])
        [
            .. index > 0 ? [""] : Array.Empty<string>(),
            $"{group.Heading}:",
            .. group.Options.SelectMany(option => entries.First(entry => NamesOf(entry[0]).Contains(option.Name))),
        ]);

    private static string[] NamesOf(string line) => line.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Examples(Command command, int columns)
    {
        var examples = CommandExamples.Of(command);
        return examples.IsEmpty
            ? []
            :
            [
                "",
                "Examples:",
                .. examples.SelectMany(example => TextWidth
                    .Wrap(new string(' ', Indent) + example.Meaning, columns, Indent)
                    .Prepend($"  {example.Line}")),
            ];
    }
}

using System.CommandLine;
using System.Text.RegularExpressions;
using Ocs.Cli.Commands;
using Ocs.Cli.Completing;
using Ocs.Cli.Output;

namespace Ocs.Cli.Tests;

/// <summary>What `--help` says, command by command.</summary>
public partial class HelpTests
{
    private static readonly RootCommand Root =
        Application.Root(new(TextWriter.Null, TextWriter.Null, false, false, CancellationToken.None));

    private static readonly string[] Names =
    [
        "", "demo", "train", "baseline", "prune", "eval", "inspect", "export", "quantize", "verify", "bench", "detect",
        "report", "watch", "data", "data list", "data check", "data pack", "models", "init", "doctor", "completion",
    ];

    private static IEnumerable<Command> Everywhere => Below(Root);

    public static TheoryData<string> Commands => [.. Names];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Help_is_as_expected(string command)
    {
        var result = CommandLine.Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal(0, result.Code);
        Assert.Empty(result.Error);
        Expectation.Matches($"help {command}".Trim().Replace(' ', '-'), result.Output);
    }

    [Fact]
    public void Every_command_stands_above() => Assert.Equal(
        Everywhere.Select(command => CommandHelp.NameOf(command)["ocs".Length..].TrimStart()).Order(),
        Names.Order());

    // What stands in a help can be typed as it is.
    [Fact]
    public void Every_command_has_two_to_four_examples_that_it_takes()
    {
        foreach (var command in Everywhere)
        {
            var examples = CommandExamples.Of(command);
            Assert.InRange(examples.Length, 2, 4);
            Assert.All(examples, example =>
            {
                var line = ExecutedBySource().Match(example.Line) is { Success: true } inner
                    ? inner.Groups["line"].Value
                    : example.Line.Split(" > ")[0].Split(" | ")[0];
                string[] words = [.. ShellLine.Of(line).Words];
                Assert.Equal("ocs", words[0]);
                var parsed = Root.Parse(words[1..]);
                Assert.Null(CommandLineErrors.SentenceOf(parsed));
                Assert.True(IsOf(parsed.CommandResult.Command, command), example.Line);
            });
        }
    }

    [Fact]
    public void Every_option_stands_under_one_heading()
    {
        foreach (var command in Everywhere)
        {
            var groups = OptionGroups.Of(command);
            var grouped = groups.SelectMany(group => group.Options.Select(option => option.Name)).ToList();
            if (groups.Count > 0)
            {
                Assert.Equal(
                    CommandHelp.OptionsOf(command).Select(option => option.Name).Order(), grouped.Order());
                Assert.Equal(
                    ["--help", "--json"], groups[^1].Options.Select(option => option.Name).Order());
            }
        }
    }

    // A list of options that is longer than a screen has headings.
    [Fact]
    public void No_list_of_options_is_longer_than_a_screen() => Assert.All(
        Everywhere.Where(command => OptionGroups.Of(command).Count == 0),
        command => Assert.InRange(CommandHelp.OptionsOf(command).Count(), 0, 16));

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void Help_is_as_wide_as_the_terminal(int columns)
    {
        foreach (var command in Names)
        {
            using var output = new StringWriter();
            var console = new CommandConsole(output, TextWriter.Null, true, false, CancellationToken.None)
            {
                Terminal = new(true, true, true, true, () => new(columns, 24)),
            };
            Application.Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"], console);

            Assert.All(
                output.ToString().Split("Examples:")[0].Split('\n'),
                line => Assert.True(TextWidth.Of(line) <= Math.Min(columns, 120), line));
        }
    }

    [Fact]
    public void Help_is_a_command_too()
    {
        Assert.Equal(CommandLine.Run("--help"), CommandLine.Run("help"));
        Assert.Equal(CommandLine.Run("data", "check", "--help"), CommandLine.Run("help", "data", "check"));
        Assert.Equal(2, CommandLine.Run("help", "nothing").Code);
    }

    [Fact]
    public void No_command_shows_the_help()
    {
        var result = CommandLine.Run();

        Assert.Equal(0, result.Code);
        Assert.Equal(CommandLine.Run("--help").Output, result.Output);
    }

    [Fact]
    public void The_version_is_the_projects()
    {
        var result = CommandLine.Run("--version");

        Assert.Equal(0, result.Code);
        Assert.Matches(@"^\d+\.\d+\.\d+\s*$", result.Output);
    }

    private static IEnumerable<Command> Below(Command command) =>
        [command, .. command.Subcommands.Where(inner => !inner.Hidden).SelectMany(Below)];

    private static bool IsOf(Command command, Command asked) =>
        command == asked || command.Parents.OfType<Command>().Any(parent => IsOf(parent, asked));

    [GeneratedRegex(@"<\((?<line>[^)]*)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex ExecutedBySource();
}

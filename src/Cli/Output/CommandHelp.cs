using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;
using Ocs.Cli.Commands;

namespace Ocs.Cli.Output;

/// <summary>`--help --json` and `--version --json`.</summary>
internal static class CommandHelp
{
    /// <summary>Writes the help or the version.</summary>
    public static void Write(ParseResult parsed, CommandConsole console)
    {
        if (parsed.Action is HelpAction)
        {
            console.WriteJson(Of(parsed.CommandResult.Command), CliJson.Readable.HelpOutput);
        }
        else
        {
            console.WriteJson(new(Version), CliJson.Readable.VersionOutput);
        }
    }

    private static string Version =>
        typeof(CommandHelp).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private static HelpOutput Of(Command command) => new(
        NameOf(command),
        command.Description ?? "",
        [.. command.Arguments.Where(argument => !argument.Hidden).Select(argument => new HelpArgument(
            argument.Name, argument.Description ?? "", argument.Arity.MinimumNumberOfValues > 0,
            argument.Arity.MaximumNumberOfValues > 1))],
        [.. OptionsOf(command).Where(option => !option.Hidden).Select(option => new HelpEntry(
            option.Name, [.. option.Aliases], option.Arity.MaximumNumberOfValues == 0 ? null : option.HelpName,
            option.Description ?? "", option.Required))],
        [
            .. command.Subcommands.Where(sub => !sub.Hidden)
                .Select(sub => new HelpCommand(sub.Name, sub.Description ?? "")),
        ],
        [.. CommandExamples.Of(command).Select(example => new HelpExample(example.Line, example.Meaning))]);

    /// <summary>The options of a command, including inherited ones.</summary>
    public static IEnumerable<Option> OptionsOf(Command command) => command.Options
        .Concat(command.Parents.OfType<Command>().SelectMany(OptionsOf).Where(option => option.Recursive))
        .DistinctBy(option => option.Name);

    /// <summary>The words that call a command.</summary>
    public static string NameOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{NameOf(parent)} {command.Name}" : "ocs";
}

/// <summary>`--version --json`.</summary>
internal sealed record VersionOutput(string Version);

/// <summary>The error of a command with `--json`.</summary>
internal sealed record ErrorOutput(string Error, int ExitCode);

/// <summary>`--help --json`.</summary>
internal sealed record HelpOutput(
    string Command, string Description, IReadOnlyList<HelpArgument> Arguments, IReadOnlyList<HelpEntry> Options,
    IReadOnlyList<HelpCommand> Commands, IReadOnlyList<HelpExample> Examples);

/// <summary>An argument of a command.</summary>
internal sealed record HelpArgument(string Name, string Description, bool Required, bool Several);

/// <summary>An option of a command. <paramref name="Value"/> is the name of its value; null for a switch.</summary>
internal sealed record HelpEntry(
    string Name, IReadOnlyList<string> Aliases, string? Value, string Description, bool Required);

/// <summary>A subcommand.</summary>
internal sealed record HelpCommand(string Name, string Description);

/// <summary>A command line with its description.</summary>
internal sealed record HelpExample(string Line, string Meaning);

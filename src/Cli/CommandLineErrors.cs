using System.CommandLine;
using System.CommandLine.Parsing;
using Ocs.Cli.Commands;
using Ocs.Cli.Configuration;

namespace Ocs.Cli;

/// <summary>One-sentence errors for command lines, with the accepted values and the nearest name.</summary>
internal static class CommandLineErrors
{
    /// <summary>The sentence; null if nothing is wrong.</summary>
    public static string? SentenceOf(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = PathOf(command);
        var unknown = StrayOption(parsed) ?? (parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null);
        if (unknown is null && parsed.Errors.Count == 0)
        {
            return null;
        }

        if (unknown is { Length: > 1 } && unknown[0] == '-')
        {
            return $"`{path}` has no option '{unknown}'{Suggestion(unknown, parsed.CommandResult)} "
                + $"`{path} --help` lists them.";
        }

        if (unknown is not null && command.Subcommands.Count > 0)
        {
            return NoCommand(unknown, command);
        }

        if (unknown is null && command.Subcommands.Count > 0)
        {
            var known = command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name);
            return $"`{path}` needs a command: {string.Join(", ", known)}; "
                + $"`{path} --help` explains them.";
        }

        var problem = unknown is not null ? $"`{path}` does not take '{unknown}'" : SentenceOf(parsed.Errors[0], path);
        return problem.EndsWith('.') ? problem : $"{problem}; `{path} --help` shows what it takes.";
    }

    /// <summary>The sentence for an unknown subcommand.</summary>
    public static string NoCommand(string word, Command command)
    {
        var (path, known) = (PathOf(command), command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name));
        return $"`{path}` has no command '{word}'{NearestName.Question(word, known)} `{path} --help` lists them.";
    }

    // The parser takes an unknown option for an argument or a value if one more fits, unless `--` came before.
    private static string? StrayOption(ParseResult parsed)
    {
        var isOption = parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).ToHashSet();
        return parsed.CommandResult.Children
            .SelectMany(child => child switch
            {
                ArgumentResult argument => argument.Tokens.Where(token => token.Value is ['-', _, ..]),
                OptionResult { Implicit: false } option =>
                    option.Tokens.Where(token => token.Value is ['-', '-', _, ..]),
                _ => [],
            })
            .FirstOrDefault(isOption.Contains)?.Value;
    }

    private static string SentenceOf(ParseError error, string path) => error.SymbolResult switch
    {
        OptionResult { Tokens: [], Implicit: false } option => $"{option.Option.Name} needs a value",
        OptionResult { Tokens.Count: > 1, Option.Arity.MaximumNumberOfValues: 1 } option =>
            $"{option.Option.Name} is given more than once; give it once.",
        OptionResult { Tokens: [var token, ..] } option => Wrong(option.Option, token.Value),
        OptionResult { Option.Required: true, Implicit: true } option => $"`{path}` needs {option.Option.Name}",
        ArgumentResult { Tokens: [var token, ..] } argument when argument.Parent is OptionResult option =>
            Wrong(option.Option, token.Value),
        ArgumentResult { Tokens.Count: 0 } argument when argument.Parent is CommandResult =>
            $"`{path}` needs {argument.Argument.Name}",
        _ => error.Message.TrimEnd('.', ' '),
    };

    private static string Wrong(Option option, string value) => Taken(option.ValueType) is { } taken
        ? $"{option.Name} takes {taken}, but was given '{value}'."
        : $"{option.Name} cannot be '{value}'";

    private static string? Taken(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var number when number == typeof(int) => "a whole number, such as 20",
        var number when number == typeof(ulong) => "a whole number that is not negative, such as 3",
        var number when number == typeof(double) => "a number, such as 0.5",
        _ => null,
    };

    // The nearest option, or the nearest configuration key if the command takes keys.
    private static string Suggestion(string unknown, CommandResult result)
    {
        var word = unknown.TrimStart('-');
        if (NearestName.Of(word, Options(result).Select(name => name.TrimStart('-'))) is { } near)
        {
            return $"; did you mean '--{near}'?";
        }

        var takesKeys = result.Command.Options.Any(option => option.Name == TrainCommand.SetName);
        return takesKeys && ConfigurationKeys.Find(word) is { } key
            ? $"; write {TrainCommand.SetName} {key}=VALUE."
            : ".";
    }

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{PathOf(parent)} {command.Name}" : "ocs";

    private static IEnumerable<string> Options(CommandResult result)
    {
        for (var current = result; current is not null; current = current.Parent as CommandResult)
        {
            foreach (var option in current.Command.Options.Where(option => current == result || option.Recursive))
            {
                yield return option.Name;
            }
        }
    }
}

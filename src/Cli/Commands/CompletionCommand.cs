using System.CommandLine;
using Ocs.Cli.Completing;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;

namespace Ocs.Cli.Commands;

/// <summary>`ocs completion` writes a shell's script, which asks the hidden `ocs complete` for candidates.</summary>
internal static class CompletionCommand
{
    public static Command Create(CommandConsole console)
    {
        var shell = new Argument<string>("SHELL")
        {
            Description = $"The shell: {string.Join(", ", Choices.Names<Shell>())}.",
            HelpName = "SHELL",
            CompletionSources = { Values.Of<Shell>() },
        };
        var command = new Command(
            "completion",
            "Writes a shell script for Tab completion of commands, options and values.")
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            var name = parsed.GetRequiredValue(shell);
            var script = ShellScripts.Of(Choices.Named<Shell>("SHELL", name));
            if (console.Json)
            {
                console.WriteJson(new(name, script), CliJson.Readable.CompletionOutput);
            }
            else
            {
                console.Output.Write(script);
            }

            return ExitCode.Fine;
        });
        return command;
    }

    /// <summary>The hidden command that the scripts call.</summary>
    public static Command CreateAnswer(CommandConsole console)
    {
        var line = new Option<string?>("--line") { Description = "The line up to the cursor, as bash gives it." };
        var breaks = new Option<string?>("--breaks") { Description = "The characters at which bash breaks words." };
        var words = new Argument<string[]>("WORD")
        {
            Description = "The words behind the command's name, the last one up to the cursor.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("complete", "Lists completions of a line, for a shell's script.")
        {
            line, breaks, words,
        };
        command.Hidden = true;
        command.SetAction(parsed => Answer(
            parsed.GetValue(line) is { } text ? ShellLine.Of(text) : null,
            parsed.GetValue(breaks) ?? "",
            parsed.GetValue(words) ?? [],
            (RootCommand)parsed.RootCommandResult.Command,
            console));
        return command;
    }

    // Writes one candidate per line, with its description after a tab.
    private static int Answer(
        ShellLine? line, string breaks, string[] words, RootCommand root, CommandConsole console)
    {
        var known = line is null ? words : [.. line.Words.Skip(1)];
        if (known.Length == 0)
        {
            return ExitCode.Fine;
        }

        console.Output.Write(string.Concat(Completer.Candidates(root, known).Select(item =>
        {
            var text = line?.Replacement(item.Label, breaks) ?? item.Label;
            return string.IsNullOrEmpty(item.Detail) ? $"{text}\n" : $"{text}\t{item.Detail}\n";
        })));
        return ExitCode.Fine;
    }
}

/// <summary>`ocs completion --json`.</summary>
internal sealed record CompletionOutput(string Shell, string Script);

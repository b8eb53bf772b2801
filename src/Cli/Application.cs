using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Ocs.Cli.Commands;
using Ocs.Cli.Output;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.Torch;
using Ocs.Training;

namespace Ocs.Cli;

/// <summary>The command `ocs`: arguments in, exit code out. Everything that a command throws ends here.</summary>
internal static class Application
{
    private const int HelpWidth = 120;

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "One JSON object on standard output, everything else on standard error.",
        Recursive = true,
    };

    /// <summary>Runs a command line.</summary>
    public static int Run(IReadOnlyList<string> args, CommandConsole console)
    {
        console = console with { CommandLine = string.Join(' ', args.Prepend("ocs")), Json = args.Contains("--json") };
        try
        {
            var root = Root(console);
            root.HelpName = "ocs";
            root.Options.OfType<HelpOption>().Select(option => option.Action).OfType<HelpAction>().First().MaxWidth = HelpWidth;
            var parsed = root.Parse(args.Count == 0 ? ["--help"] : args, new() { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction and not { ClearsParseErrors: true })
            {
                throw new OcsInputException(SentenceOf(parsed));
            }

            return parsed.Invoke(new()
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = console.Output,
                Error = console.Error,
            });
        }
        catch (Exception error) when (error is OcsInputException or InvalidDataException or OnnxRuntimeException)
        {
            console.Error.WriteLine(Sentence(error.Message));
            return ExitCode.Input;
        }
        catch (OperationCanceledException)
        {
            console.Error.WriteLine("Stopped.");
            return ExitCode.Interrupted;
        }
        catch (Exception error) when (error is TorchException or TrainingDivergedException)
        {
            console.Error.WriteLine(error.Message);
            return ExitCode.Failure;
        }
        catch (Exception error)
        {
            console.Error.WriteLine(error);
            return ExitCode.Failure;
        }
    }

    /// <summary>The commands, in the order of `ocs --help`.</summary>
    internal static RootCommand Root(CommandConsole console) =>
        new("Trains a network, finds the sub-network worth keeping while it trains, cuts the rest away and trains on: one cycle.")
        {
            Json,
            DemoCommand.Create(console),
            TrainCommand.CreateTrain(console),
            TrainCommand.CreateBaseline(console),
            PruneCommand.Create(console),
            EvalCommand.Create(console),
            InspectCommand.Create(console),
            ExportCommand.Create(console),
            VerifyCommand.Create(console),
            BenchCommand.Create(console),
            ReportCommand.Create(console),
            WatchCommand.Create(console),
            DataCommand.Create(console),
            ModelsCommand.Create(console),
        };

    // Our own sentences for what System.CommandLine found: one, and with the nearest name.
    private static string SentenceOf(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = Path(command);
        var unknown = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        if (unknown is not null && unknown.StartsWith('-'))
        {
            var options = Options(parsed.CommandResult);
            return $"`{path}` has no option '{unknown}'; did you mean '{NearestName.Of(unknown, options)}'? `{path} --help` lists them.";
        }

        if (unknown is not null && command.Subcommands.Count > 0)
        {
            var names = command.Subcommands.Select(sub => sub.Name);
            return $"`{path}` has no command '{unknown}'; did you mean '{NearestName.Of(unknown, names)}'? `{path} --help` lists them.";
        }

        if (unknown is null && command.Subcommands.Count > 0)
        {
            return $"`{path}` needs a command: {string.Join(", ", command.Subcommands.Select(sub => sub.Name))}; `{path} --help` explains them.";
        }

        var problem = unknown is not null ? $"`{path}` does not take '{unknown}'" : SentenceOf(parsed.Errors[0], path);
        return $"{problem}; `{path} --help` shows what it takes.";
    }

    private static string SentenceOf(ParseError error, string path) => error.SymbolResult switch
    {
        OptionResult { Tokens: [], Implicit: false } option => $"{option.Option.Name} needs a value",
        OptionResult { Tokens: [var token, ..] } option => $"{option.Option.Name} cannot be '{token.Value}'",
        OptionResult { Option.Required: true, Implicit: true } option => $"`{path}` needs {option.Option.Name}",
        ArgumentResult { Tokens: [var token, ..] } argument when argument.Parent is OptionResult option =>
            $"{option.Option.Name} cannot be '{token.Value}'",
        ArgumentResult { Tokens.Count: 0 } argument when argument.Parent is CommandResult => $"`{path}` needs {argument.Argument.Name}",
        _ => error.Message.TrimEnd('.', ' '),
    };

    private static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : "ocs";

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

    private static string Sentence(string message)
    {
        var text = message.ReplaceLineEndings(" ").Trim();
        return text.EndsWith('.') || text.EndsWith('?') || text.EndsWith('!') ? text : text + ".";
    }
}

using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;
using Ocs.Cli.Commands;
using Ocs.Cli.Output;
using Ocs.OnnxRuntime;
using Ocs.Torch;
using Ocs.Training;

namespace Ocs.Cli;

/// <summary>The command `ocs`: arguments in, exit code out. Catches all exceptions of commands.</summary>
internal static class Application
{
    /// <summary>The environment variable that shows the stack trace of unexpected errors.</summary>
    private const string TraceVariable = "OCS_TRACE";

    // The result of these commands is a folder, so lost output does not matter.
    private static readonly string[] CommandsWithFolder = ["train", "baseline", "demo"];

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Prints one JSON object on standard output, and everything else on standard error.",
        Recursive = true,
    };

    /// <summary>Runs a command line.</summary>
    public static int Run(IReadOnlyList<string> args, CommandConsole console)
    {
        console = console with
        {
            CommandLine = string.Join(' ', args.Select(ShellWord.Of).Prepend("ocs")),
            Json = args.Contains(Json.Name),
        };
        var code = Execute(args, console);
        var leavesFolder = args.Count > 0 && CommandsWithFolder.Contains(args[0]);
        return code == ExitCode.Fine && !WasShown(console) && (console.Json || !leavesFolder)
            ? ExitCode.Failure
            : code;
    }

    /// <summary>The commands, in the order of `ocs --help`.</summary>
    internal static RootCommand Root(CommandConsole console) =>
        new(
            "Trains a network, finds the sub-network worth keeping, removes the rest and continues to train: "
            + "one cycle.")
        {
            Json,
            DemoCommand.Create(console),
            InitCommand.Create(console),
            TrainCommand.CreateTrain(console),
            TrainCommand.CreateBaseline(console),
            PruneCommand.Create(console),
            EvalCommand.Create(console),
            InspectCommand.Create(console),
            ExportCommand.Create(console),
            QuantizeCommand.Create(console),
            VerifyCommand.Create(console),
            BenchCommand.Create(console),
            DetectCommand.Create(console),
            ReportCommand.Create(console),
            WatchCommand.Create(console),
            DataCommand.Create(console),
            ModelsCommand.Create(console),
            DoctorCommand.Create(console),
            CompletionCommand.Create(console),
            CompletionCommand.CreateAnswer(console),
        };

    private static int Execute(IReadOnlyList<string> args, CommandConsole console)
    {
        try
        {
            OpenFiles.Check();
            var root = Root(console);
            root.HelpName = "ocs";
            args = RenamedFlags.Replace(AskingForHelp(args, root), console);
            var help = root.Options.OfType<HelpOption>().Select(option => option.Action).OfType<HelpAction>().First();
            help.MaxWidth = HelpText.WidthOn(console.Screen);
            var parsed = root.Parse(
                args.Any(arg => arg != Json.Name) ? args : [.. args, "--help"],
                new() { ResponseFileTokenReplacer = null });
            var showsItself = parsed.Action is HelpAction or { ClearsParseErrors: true };
            if (showsItself && console.Json)
            {
                CommandHelp.Write(parsed, console);
                return ExitCode.Fine;
            }

            if (!showsItself && CommandLineErrors.SentenceOf(parsed) is { } sentence)
            {
                throw new OcsInputException(sentence);
            }

            using var text = new StringWriter();
            var isHelp = parsed.Action is HelpAction;
            var code = parsed.Invoke(new()
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = isHelp ? text : console.Output,
                Error = console.Error,
            });
            if (isHelp)
            {
                console.Output.Write(HelpText.Of(text.ToString(), parsed.CommandResult.Command, help.MaxWidth));
            }

            return code;
        }
        catch (Exception error)
        {
            return Fail(Cause(error), console);
        }
    }

    // `ocs help train` is `ocs train --help`.
    private static IReadOnlyList<string> AskingForHelp(IReadOnlyList<string> args, Command command)
    {
        if (args is not ["help", ..])
        {
            return args;
        }

        foreach (var word in args.Skip(1).Where(word => !word.StartsWith('-')))
        {
            command = command.Subcommands.FirstOrDefault(inner => inner.Name == word)
                ?? throw new OcsInputException(CommandLineErrors.NoCommand(word, command));
        }

        return [.. args.Skip(1), "--help"];
    }

    private static int Fail(Exception error, CommandConsole console)
    {
        var (explained, code) = Explain(error);
        var sentence = CommandWords.Of(explained);
        console.WriteError(sentence);
        if (console.Json && !((CleanWriter)console.Output).HasText)
        {
            console.WriteJson(new(sentence, code), CliJson.Readable.ErrorOutput);
        }

        if (Environment.GetEnvironmentVariable(TraceVariable) == "1")
        {
            console.Error.Write($"{error}\n");
        }

        return code;
    }

    // The sentence and exit code of an exception. The sentence for an unexpected one names its type, for a report.
    private static (string Sentence, int Code) Explain(Exception error) => error switch
    {
        OcsInputException or InvalidDataException or OnnxRuntimeException => (Sentence(error.Message), ExitCode.Input),
        OperationCanceledException => ("Stopped.", ExitCode.Interrupted),
        OutOfMemoryException => (
            "There is not enough memory for this; take a smaller batch, smaller images or a smaller network.",
            ExitCode.Failure),
        TorchException { IsOutOfMemory: true } => (
            $"There is not enough memory for this ({Sentence(error.Message)[..^1]}); "
            + "take a smaller batch, smaller images or a smaller network.",
            ExitCode.Failure),
        TorchException or TrainingFailedException => (error.Message, ExitCode.Failure),
        IOException or UnauthorizedAccessException => (Sentence(error.Message), ExitCode.Failure),
        _ => (
            $"A fault of this program, {error.GetType().Name}: {Sentence(error.Message)} "
            + $"{TraceVariable}=1 in the environment shows the stack trace.",
            ExitCode.Failure),
    };

    private static Exception Cause(Exception error) => error switch
    {
        TargetInvocationException or TypeInitializationException or AggregateException { InnerExceptions.Count: 1 }
            when error.InnerException is { } inner => Cause(inner),
        _ => error,
    };

    private static bool WasShown(CommandConsole console)
    {
        if (((CleanWriter)console.Output).Lost is not { } reason)
        {
            return true;
        }

        console.WriteError(
            $"Standard output could not be written to ({reason}), so some output is lost.");
        return false;
    }

    private static string Sentence(string message)
    {
        var text = message.ReplaceLineEndings(" ").Trim();
        return text.EndsWith('.') || text.EndsWith('?') || text.EndsWith('!') ? text : text + ".";
    }
}

using System.CommandLine;
using Ocs.Cli.Completing;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Cli.Watching;

namespace Ocs.Cli.Commands;

/// <summary>`ocs watch`: shows runs live in a browser.</summary>
internal static class WatchCommand
{
    private const int UsualPort = 8080;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    public static Command Create(CommandConsole console)
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description = "Folders of runs (finished, running or not yet started), of --repeat or of --sweep.",
            Arity = ArgumentArity.OneOrMore,
            HelpName = "RUN",
            CompletionSources = { PathValues.Runs },
        };
        var port = new Option<int?>("--port")
        {
            Description = "The port on 127.0.0.1; 0 takes a free one "
                + $"(default: {UsualPort}, or a free one if it is in use).",
            HelpName = "N",
        };
        var command = new Command(
            "watch",
            "Shows the report of a run in a browser during the run, or a comparison of several runs. "
            + "Changes nothing; Ctrl-C ends it.")
        {
            runs, port,
        };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(runs), parsed.GetValue(port), console));
        return command;
    }

    private static int Run(string[] folders, int? port, CommandConsole console)
    {
        if (port is < 0 or > ushort.MaxValue)
        {
            throw new OcsInputException($"--port must lie in 0 to {ushort.MaxValue}, but is {port}.");
        }

        var pages = new RunPages([.. folders.SelectMany(SeriesFolder.RunsIn)]);
        foreach (var awaited in pages.Check())
        {
            console.WriteLine($"{awaited} holds no run yet; the page shows it once it begins.");
        }

        Serve(pages, port, console).GetAwaiter().GetResult();
        return ExitCode.Fine;
    }

    private static async Task Serve(RunPages pages, int? port, CommandConsole console)
    {
        using var heed = console.HeedStop();
        var server = await RunServer.Start(pages, port ?? UsualPort, Beat, console.Stop);
        if (server is null && port is null)
        {
            server = await RunServer.Start(pages, 0, Beat, console.Stop);
        }

        await using var served = server
            ?? throw new OcsInputException($"Port {port} is taken by another program; give another one with --port.");
        if (console.Json)
        {
            console.WriteJson(new(served.Address), CliJson.Readable.WatchOutput);
        }
        else
        {
            console.WriteLine($"{served.Address} shows it in a browser; Ctrl-C ends it.");
        }

        await Task.Delay(Timeout.Infinite, console.Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

/// <summary>`ocs watch --json`.</summary>
internal sealed record WatchOutput(string Address);

using System.CommandLine;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Reporting.Html;

namespace Ocs.Cli.Commands;

/// <summary>`ocs report`: writes a run's report anew.</summary>
internal static class ReportCommand
{
    public static Command Create(CommandConsole console)
    {
        var runs = new Argument<string[]>("RUN") { Description = "Folders of runs.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("report", "Writes report.html into the folder of each run.") { runs };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(runs), console));
        return command;
    }

    private static int Run(string[] runs, CommandConsole console)
    {
        var pages = runs.Select(Write).ToList();
        if (console.Json)
        {
            console.WriteJson(new(pages), CliJson.Readable.ReportOutput);
        }
        else
        {
            pages.ForEach(console.WriteLine);
        }

        return ExitCode.Fine;
    }

    private static string Write(string run)
    {
        try
        {
            return HtmlReport.Write(run);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunDirectory.Unwritable(Path.Combine(run, HtmlReport.FileName), error);
        }
    }
}

/// <summary>`ocs report --json`.</summary>
internal sealed record ReportOutput(IReadOnlyList<string> Reports);

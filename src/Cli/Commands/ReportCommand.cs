using System.CommandLine;
using Ocs.Cli.Completing;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Reporting;
using Ocs.Reporting.Html;
using Ocs.Reporting.Tables;
using Ocs.RunLog;
using Ocs.Training.Runs;

namespace Ocs.Cli.Commands;

/// <summary>`ocs report`: rewrites a run's report, and compares runs.</summary>
internal static class ReportCommand
{
    public static Command Create(CommandConsole console)
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description = "Folders of runs, of --repeat or of --sweep.",
            Arity = ArgumentArity.OneOrMore,
            HelpName = "RUN",
            CompletionSources = { PathValues.Runs },
        };
        var baseline = new Option<string?>("--baseline")
        {
            Description =
                "The folder of an unpruned run to compare with (default: the run's own twin).",
            HelpName = "RUN",
            CompletionSources = { PathValues.Runs },
        };
        var file = new Option<string?>("--out")
        {
            Description = $"The page's file (default: {HtmlReport.FileName} in the folder of one run, "
                + $"{HtmlComparison.FileName} above those of several).",
            HelpName = "FILE",
            CompletionSources = { PathValues.Files(".html") },
        };
        var csv = new Option<string?>("--csv")
        {
            Description = $"Also writes the numbers of tables and charts into this folder: {CsvTables.RunsName}, "
                + $"{CsvTables.EpochsName} and {CsvTables.LayersName}.",
            HelpName = "DIR",
            CompletionSources = { PathValues.Folders },
        };
        var latex = new Option<string?>("--latex")
        {
            Description = "Also writes the table of the runs as LaTeX into this file.",
            HelpName = "FILE",
            CompletionSources = { PathValues.Files(".tex") },
        };
        var command = new Command(
            "report",
            "Writes the report of a run as one HTML file. "
            + "For several runs it writes each report, and a page that compares them. "
            + "A folder of --repeat or --sweep stands for the runs in it.")
        {
            runs, baseline, file, csv, latex,
        };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(runs),
            parsed.GetValue(baseline),
            parsed.GetValue(file),
            parsed.GetValue(csv),
            parsed.GetValue(latex),
            console));
        return command;
    }

    private static int Run(
        string[] paths, string? baseline, string? file, string? csv, string? latex, CommandConsole console)
    {
        var twin = baseline is null ? null : RunLogReader.Read(baseline);
        // `runs/*` matches the previous comparison too.
        paths = [.. paths.Where(path => Path.GetFileName(path) != HtmlComparison.FileName || !File.Exists(path))];
        RunFolder[] runs = [.. paths.SelectMany(SeriesFolder.RunsIn).Select(RunLogReader.Read)];
        runs = twin is null ? [.. Twin.Among(runs)] : [.. runs.Select(run => Twin.Beside(run, twin))];
        List<string> pages = runs is [var only]
            ? [Write(file ?? PageOf(only), page => HtmlReport.Write(only, page))]
            :
            [
                .. runs.Select(run => Write(PageOf(run), page => HtmlReport.Write(run, page))),
                Write(
                    file ?? Path.Combine(Above(runs), HtmlComparison.FileName),
                    page => HtmlComparison.Write(runs, page)),
            ];
        if (csv is not null)
        {
            Write(csv, folder =>
            {
                pages.AddRange(CsvTables.Write(runs, folder));
                return folder;
            });
        }

        if (latex is not null)
        {
            pages.Add(Write(latex, path => LatexTable.Write(runs, path)));
        }

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

    private static string PageOf(RunFolder run) => Path.Combine(run.Path, HtmlReport.FileName);

    /// <summary>The deepest folder that contains all runs, as it was written on the command line.</summary>
    private static string Above(RunFolder[] runs)
    {
        var parents = runs
            .Select(run => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(run.Path))) ?? "/")
            .ToList();
        var common = parents[0];
        while (!parents.All(parent => parent == common || IsBelow(parent, common)))
        {
            common = Path.GetDirectoryName(common)
                ?? throw new OcsInputException("The runs have no folder in common; give the page's place with --out.");
        }

        return Path.GetRelativePath(".", common);
    }

    private static bool IsBelow(string folder, string above) =>
        folder.StartsWith(Path.TrimEndingDirectorySeparator(above) + "/", StringComparison.Ordinal);

    private static string Write(string page, Func<string, string> write)
    {
        try
        {
            return write(page);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunDirectory.Unwritable(page, error);
        }
    }
}

/// <summary>`ocs report --json`.</summary>
internal sealed record ReportOutput(IReadOnlyList<string> Reports);

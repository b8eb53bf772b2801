using Ocs.RunLog;

namespace Ocs.Cli.Tests.Commands;

public sealed class ReportCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_run_has_its_page_in_its_folder_or_where_it_is_wanted()
    {
        var run = Run("run", macsAfter: 50);

        Assert.Equal(Path.Combine(run, "report.html") + "\n", CommandLine.Run("report", run).Output);
        var elsewhere = _folder.PathOf("page.html");
        Assert.Equal(elsewhere + "\n", CommandLine.Run("report", run, "--out", elsewhere).Output);
        Assert.Equal(File.ReadAllText(Path.Combine(run, "report.html")), File.ReadAllText(elsewhere));
    }

    [Fact]
    public void Several_runs_have_their_own_pages_and_one_together_above_them()
    {
        string[] runs = [Run("x/a", 50), Run("x/b", 60), Run("y", 70)];
        var pages = CommandLine.Run(["report", .. runs, "--json"]).Json.GetProperty("reports")
            .EnumerateArray().Select(page => Path.GetFullPath(page.GetString()!)).ToArray();

        Assert.Equal(
            [.. runs.Select(run => Path.Combine(run, "report.html")), _folder.PathOf("comparison.html")], pages);
        Assert.Contains("href=\"x/a/report.html\"", File.ReadAllText(pages[^1]), StringComparison.Ordinal);

        // As a shell's * names it.
        Assert.Equal(0, CommandLine.Run(["report", .. runs, pages[^1]]).Code);
    }

    [Fact]
    public void Links_and_pipes_in_a_run_s_folder_are_neither_read_nor_written_through()
    {
        var (run, mine) = (Run("run", 50), _folder.Write("mine.txt", "mine"));
        File.CreateSymbolicLink(Path.Combine(run, "report.html"), mine);
        Assert.Equal(0, CommandLine.Run("report", run).Code);
        Assert.Equal("mine", File.ReadAllText(mine));
        Assert.Contains("<html", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);

        File.CreateSymbolicLink(Path.Combine(run, "config.yaml"), mine);
        Assert.Contains(
            "config.yaml is not a regular file", CommandLine.Fails("report", run), StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_that_a_user_names_is_written_where_a_link_leads()
    {
        var (run, page) = (Run("run", 50), _folder.Write("page.html", "old"));
        var link = _folder.PathOf("link.html");
        File.CreateSymbolicLink(link, "page.html");

        Assert.Equal(0, CommandLine.Run("report", run, "--out", link).Code);

        Assert.Equal("page.html", new FileInfo(link).LinkTarget);
        Assert.Contains("<html", File.ReadAllText(page), StringComparison.Ordinal);
    }

    [Fact]
    public void A_baseline_stands_beside_the_run_without_changing_its_files()
    {
        var (run, dense) = (Run("run", 50), Run("dense", 100));
        var summary = File.ReadAllText(Path.Combine(run, "summary.json"));

        Assert.Equal(0, CommandLine.Run("report", run, "--baseline", dense).Code);

        Assert.Contains("Unpruned twin", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);
        Assert.Equal(summary, File.ReadAllText(Path.Combine(run, "summary.json")));
        Assert.EndsWith(
            "was pruned; give a run of `ocs baseline`.", CommandLine.Fails("report", dense, "--baseline", run),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_numbers_go_into_csv_and_latex_files_beside_the_pages()
    {
        string[] runs = [Run("a", 50), Run("b", 60)];
        var (csv, latex) = (_folder.PathOf("numbers"), _folder.PathOf("table.tex"));

        var pages = CommandLine.Run(["report", .. runs, "--csv", csv, "--latex", latex]).Output.Split(
            '\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(["runs.csv", "epochs.csv", "layers.csv", "table.tex"], pages[3..].Select(Path.GetFileName));
        Assert.Equal(3, File.ReadLines(Path.Combine(csv, "runs.csv")).Count());
        Assert.Contains("\\midrule", File.ReadAllText(latex), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_runs_stands_for_them_and_an_unpruned_one_among_them_is_their_twin()
    {
        _ = (Run("series/seed-0", 50), Run("series/seed-1", 60), Run("series/dense", 100));

        Assert.Equal(0, CommandLine.Run("report", _folder.PathOf("series")).Code);

        Assert.Contains(
            ">3 runs<", File.ReadAllText(_folder.PathOf("series/comparison.html")), StringComparison.Ordinal);
        Assert.Contains(
            "Unpruned twin", File.ReadAllText(_folder.PathOf("series/seed-0/report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_run_is_told_in_a_sentence() =>
        Assert.Contains(
            "is not a folder", CommandLine.Fails("report", _folder.PathOf("absent")), StringComparison.Ordinal);

    private string Run(string name, long macsAfter)
    {
        RunLogWriter.WriteSummary(_folder.PathOf(name), new()
        {
            Model = "tiny",
            Kind = macsAfter < 100 ? RunKind.Train : RunKind.Baseline,
            ValAccuracy = 0.9,
            MacsBefore = 100,
            MacsAfter = macsAfter,
            ParametersBefore = 10,
            ParametersAfter = 5,
        });
        return _folder.PathOf(name);
    }
}

using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Ocs.Reporting.Html;
using Ocs.RunLog;

namespace Ocs.Reporting.Tests;

public sealed class HtmlComparisonTests
{
    private static string Page(IReadOnlyList<RunFolder> runs) =>
        WebUtility.HtmlDecode(HtmlComparison.Render(runs, _ => null));

    [Fact]
    public void Every_run_has_its_row_and_the_paper_its_own()
    {
        var page = Page(SampleRun.Several);

        Assert.Contains(
            "3 runs of cifar_resnet56 on cifar10. 1 more run not finished yet.", page, StringComparison.Ordinal);
        Assert.Equal(4, Regex.Count(page, """<tr><td>\d</td><th scope="row" class="text">run-\d"""));
        Assert.Contains("OCSPruner, pre-trained", page, StringComparison.Ordinal);
        Assert.Equal(13, Regex.Count(page, """<td class="text">Tab\. \d</td>"""));
        Assert.DoesNotContain("cifar_vgg16", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_that_differ_in_their_seed_have_a_mean_and_a_deviation()
    {
        // 93.5 and 93.7: mean 93.6, deviation sqrt(2 * 0.1^2) = 0.141; the third run has another target.
        var page = Page(SampleRun.Several);

        Assert.Matches(
            """<td>1, 2</td><td class="strong">93\.60\u00a0%</td><td>0\.14 points</td><td>38\.88\u00a0%</td>"""
            + """<td>93\.65\u00a0% at 38\.88\u00a0% \(Tab\. 2\)</td>""",
            page);
        Assert.Equal((2, 1), SeedsTable.Spread([1, 2, 3]));
    }

    [Fact]
    public void A_run_says_what_the_paper_has_for_it()
    {
        var page = WebUtility.HtmlDecode(HtmlReport.Render(SampleRun.Several[0]));
        Assert.Contains(
            "The paper (Tab. 2) has 93.65\u00a0% with 38.88\u00a0% of the MACs left, 93.97\u00a0% unpruned; "
            + "this run has 93.50\u00a0%",
            page,
            StringComparison.Ordinal);

        var pretrained = SampleRun.Several[0].Summary! with { Weights = "trained.pth" };
        Assert.Equal("Tab. 7", PaperRow.Nearest(pretrained)!.Table);
        Assert.Null(PaperRow.Nearest(pretrained with { MacsAfter = pretrained.MacsBefore }));
        Assert.Null(PaperRow.Nearest(SampleRun.Folder.Summary!));
    }

    [Fact]
    public void The_papers_rows_are_those_of_the_experiments()
    {
        var experiments = Path.Combine(Repository, "experiments");
        string[] tables = ["table1", "table2", "table3", "table7"];
        string[] files = [.. tables.SelectMany(
            table => Directory.GetFiles(Path.Combine(experiments, table), "*.yaml"))];
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var text = File.ReadAllText(file);
            double Number(string pattern) =>
                double.Parse(Regex.Match(text, pattern).Groups[1].Value, CultureInfo.InvariantCulture) / 100;
            string Word(string key) => Regex.Match(text, $@"^{key}: (\S+)", RegexOptions.Multiline).Groups[1].Value;
            double macs =
                double.Parse(Path.GetFileNameWithoutExtension(file).Split('_')[^1], CultureInfo.InvariantCulture) / 100;

            var data = Word("data") == "imagefolder" ? "imagenet" : Word("data");
            var row = Assert.Single(
                PaperRow.For(Word("model"), data), row => row.IsOwn && Math.Abs(row.Macs - macs) < 1e-9);
            Assert.Equal(Number(@"Expected: ([\d.]+) % accuracy"), row.Accuracy, 9);
            Assert.Equal(Number(@"(?:unpruned|pre-trained) ([\d.]+) %"), row.Baseline!.Value, 9);
            Assert.Equal(Number(@"([\d.]+) % of the parameters"), row.Parameters!.Value, 9);
            Assert.Equal(row.IsPretrained, text.Contains("pre-trained", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Hostile_strings_stay_text()
    {
        const string Hostile = "</script><script>alert('\"1\"')</script>";
        var summary = SampleRun.Several[0].Summary!
            with
        { Model = Hostile, Command = Hostile, Preset = Hostile, Version = Hostile };
        var run =
            SampleRun.Several[0] with { Summary = summary, Config = Hostile, Notice = Hostile, Path = "runs/\"<b>" };

        var page = HtmlComparison.Render([run, run with { Path = "runs/b" }], _ => "\"><script>");

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.Equal(3, Regex.Count(page, "<script"));
        Assert.Equal(3, Regex.Count(page, "</script"));
    }

    [Fact]
    public void Names_are_as_short_as_tells_them_apart()
    {
        Assert.Equal(["a", "b"], HtmlComparison.NamesOf(["/runs/a", "/runs/b"]));
        Assert.Equal(["x/a", "y/a", "y/b"], HtmlComparison.NamesOf(["/runs/x/a", "/runs/y/a", "/runs/y/b"]));
        Assert.Equal(["a", "a"], HtmlComparison.NamesOf(["/runs/a", "/runs/a"]));
    }

    [Fact]
    public void A_page_in_a_file_links_to_the_reports_that_are_there()
    {
        using var folder = new TemporaryFolder();
        var runs = SampleRun.Several.Take(2).Select((run, i) =>
        {
            SampleRun.WriteTo(folder.PathOf($"run {i}"), run);
            return RunLogReader.Read(folder.PathOf($"run {i}"));
        }).ToArray();
        HtmlReport.Write(runs[0].Path);

        var page = File.ReadAllText(HtmlComparison.Write(runs, folder.PathOf("all.html")));

        Assert.Contains("<a href=\"run%200/report.html\">run 0</a>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("run%201/report.html", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_twin_of_the_readers_choice_stands_beside_the_run()
    {
        var run = SampleRun.Folder with { Summary = SampleRun.Folder.Summary! with { Baseline = null } };
        var dense = run.Summary with
        {
            Kind = RunKind.Baseline,
            MacsAfter = run.Summary.MacsBefore,
            ValAccuracy = 0.93,
            TotalSeconds = 500,
        };
        var twin = run with { Path = "runs/dense", Summary = dense };

        var both = Twin.Beside(run, twin).Summary!.Baseline!;
        Assert.Equal((0.93, run.Summary.MacsBefore, 500), (both.ValAccuracy, both.Macs, both.TotalSeconds));

        Refused(twin with { Summary = null }, "is not finished");
        Refused(run, "was pruned; give a run of `RunKind.Baseline`.");
        Refused(twin with { Summary = dense with { Data = "cifar100" } }, "is cifar_resnet20 on cifar100, but");
        Assert.Same(SampleRun.Several[3], Twin.Beside(SampleRun.Several[3], twin));

        void Refused(RunFolder other, string why) =>
            Assert.Contains(
                why, Assert.Throws<InvalidDataException>(() => Twin.Beside(run, other)).Message,
                StringComparison.Ordinal);
    }

    private static string Repository
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Ocs.slnx")))
            {
                folder = folder.Parent!;
            }

            return folder.FullName;
        }
    }
}

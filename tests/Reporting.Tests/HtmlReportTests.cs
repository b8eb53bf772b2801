using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ocs.Reporting.Html;
using Ocs.RunLog;

namespace Ocs.Reporting.Tests;

public sealed partial class HtmlReportTests
{
    private const string Hostile = "</script><script>alert('\"1\"')</script> <b>&amp; ünïcödé 層 \u2028";

    [Fact]
    public void The_skeleton_is_as_expected()
    {
        string expected = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "report.skeleton.txt"));
        Assert.Equal(expected, Skeleton(HtmlReport.Render(SampleRun.Folder)));
    }

    [Fact]
    public void A_page_is_written_into_the_runs_folder()
    {
        string folder = Directory.CreateTempSubdirectory("ocs-report-").FullName;
        try
        {
            SampleRun.WriteTo(folder);
            string path = HtmlReport.Write(folder);

            Assert.Equal(Path.Combine(folder, "report.html"), path);
            Assert.Contains("J_avg goes from", File.ReadAllText(path), StringComparison.Ordinal);
            Assert.InRange(new FileInfo(path).Length, 60_000, 3_000_000);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Nothing_is_loaded_from_elsewhere()
    {
        string page = HtmlReport.Render(SampleRun.Folder);

        Assert.DoesNotMatch(@"(?i)\b(src|href|action|poster|data)\s*=\s*[""']?\s*(https?:)?//", page);
        Assert.DoesNotMatch(@"(?i)<(link|img|iframe|object|embed|base)\b", page);
        Assert.DoesNotMatch(@"(?i)@import|url\(\s*[""']?https?:", page);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_strings_stay_text()
    {
        var summary = SampleRun.Folder.Summary!;
        summary = summary with
        {
            Model = Hostile,
            Command = Hostile,
            Engine = Hostile,
            Layers = [.. summary.Layers.Select(l => l with { Name = Hostile, Reason = Hostile })],
            Groups = [.. summary.Groups.Select(g => g with { Name = Hostile, FrozenReason = Hostile })],
        };
        string page = HtmlReport.Render(SampleRun.Folder with { Summary = summary, Config = Hostile, Notice = Hostile });

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>&amp;", page, StringComparison.Ordinal);
        Assert.Equal(3, Regex.Count(page, "<script"));
        Assert.Equal(3, Regex.Count(page, "</script"));
        using var island = JsonDocument.Parse(Island(page));
        Assert.Equal(Hostile, island.RootElement.GetProperty("summary").GetProperty("layers")[0].GetProperty("reason").GetString());
        Assert.Contains(Hostile, WebUtility.HtmlDecode(page), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_are_not_finite_leave_the_island_valid()
    {
        var records = SampleRun.Folder.Records;
        var broken = records.SetItem(4, records[4] with { TrainLoss = double.NaN, ValLoss = double.PositiveInfinity });
        string page = HtmlReport.Render(SampleRun.Folder with { Records = broken });

        using var island = JsonDocument.Parse(Island(page));
        Assert.Equal("NaN", island.RootElement.GetProperty("records")[4].GetProperty("train_loss").GetString());
    }

    [Fact]
    public void Each_chart_has_its_sentence()
    {
        string page = HtmlReport.Render(SampleRun.Folder);
        foreach (Match chart in ChartLabels().Matches(page))
        {
            Assert.Matches(@"^Chart: .+\. .+\.$", chart.Groups["label"].Value);
        }

        Assert.Equal(7, ChartLabels().Count(page));
    }

    [Fact]
    public void It_says_what_the_check_of_the_onnx_file_found()
    {
        var summary = SampleRun.Folder.Summary!;

        Assert.Contains("computes under ONNX Runtime 1.30.0 what the network computes here: largest relative difference 6.1·10⁻⁷.", Page(summary.Onnx), StringComparison.Ordinal);
        Assert.Contains("was not verified: There is no runtime.", Page(new() { Tolerance = 1e-4, Problem = "There is no runtime." }), StringComparison.Ordinal);
        Assert.Contains(
            "does not compute under X what the network computes here: <b>They differ.",
            Page(new() { Equal = false, Runtime = "X", Tolerance = 1e-4, Problem = "<b>They differ." }),
            StringComparison.Ordinal);

        string Page(OnnxSummary? onnx) => WebUtility.HtmlDecode(HtmlReport.Render(SampleRun.Folder with { Summary = summary with { Onnx = onnx } }));
    }

    [Fact]
    public void A_run_under_way_says_so()
    {
        var run = SampleRun.Folder with { Summary = null, Records = SampleRun.Folder.Records[..5], Notice = "Line 6 is incomplete." };
        string page = WebUtility.HtmlDecode(HtmlReport.Render(run));

        Assert.Contains("not finished: 5 epochs so far, now in sparsity learning", page, StringComparison.Ordinal);
        Assert.Contains("Line 6 is incomplete.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"why\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_one_shot_cut_has_no_curves()
    {
        var summary = SampleRun.Folder.Summary! with { Kind = RunKind.Prune, StableEpoch = null, CutEpoch = null, SlStartEpoch = null, Epochs = 0, Baseline = null };
        string page = HtmlReport.Render(new RunFolder("runs/cut", [], summary, null, null));

        Assert.DoesNotContain("id=\"learning\"", page, StringComparison.Ordinal);
        Assert.Contains("id=\"why\"", page, StringComparison.Ordinal);
        Assert.Contains("id=\"channels-chart\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_run_still_gives_a_page()
    {
        Assert.Contains("first epoch", HtmlReport.Render(new RunFolder("runs/new", [], null, null, null)), StringComparison.Ordinal);
    }

    internal static string Island(string page) => IslandElement().Match(page).Groups["json"].Value;

    /// <summary>Ids, headings, captions and column heads, one a line, in the page's order.</summary>
    private static string Skeleton(string page)
    {
        string body = page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("<script", StringComparison.Ordinal)];
        var lines = SkeletonPart().Matches(body).Select(part => part.Groups["id"].Success
            ? $"#{part.Groups["id"].Value}"
            : $"  {part.Groups["tag"].Value}: {WebUtility.HtmlDecode(Tag().Replace(part.Groups["text"].Value, ""))}");
        return string.Join('\n', lines) + "\n";
    }

    [GeneratedRegex("""<[a-z0-9]+[^>]*\bid="(?<id>[^"]+)"[^>]*>|<(?<tag>h1|h2|caption|summary|dt|th scope="col"[^>]*)>(?<text>.*?)</(?:h1|h2|caption|summary|dt|th)>""")]
    private static partial Regex SkeletonPart();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tag();

    [GeneratedRegex("""<script type="application/json" id="run-data">(?<json>.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex IslandElement();

    [GeneratedRegex("""role="img" aria-label="(?<label>[^"]*)">""")]
    private static partial Regex ChartLabels();
}

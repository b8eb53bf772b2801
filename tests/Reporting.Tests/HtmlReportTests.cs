using System.Collections.Immutable;
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
        var expected = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "report.skeleton.txt"));
        Assert.Equal(expected, Skeleton(HtmlReport.Render(SampleRun.Folder)));
    }

    [Fact]
    public void A_page_is_written_into_the_runs_folder()
    {
        var folder = Directory.CreateTempSubdirectory("ocs-report-").FullName;
        try
        {
            SampleRun.WriteTo(folder);
            var path = HtmlReport.Write(folder);

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
    public void Top_5_accuracy_has_its_row_where_it_was_measured()
    {
        var run = SampleRun.Folder;
        var summary = run.Summary! with { ValTop5Accuracy = 0.9812 };
        summary = summary with { Baseline = BaselineSummary.Of(summary with { ValTop5Accuracy = 0.99 }) };

        var page = HtmlReport.Render(run with { Summary = summary });

        Assert.Matches(
            @"Top-5 accuracy</th><td>99\.00[^<]*</td><td class=""strong"">98\.12[^<]*</td><td>[^<]*0\.88[^<]*</td>",
            page);
        Assert.DoesNotContain("Top-5", HtmlReport.Render(run), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.1, "when the sub-network is stable")]
    [InlineData(null, "when the pruned channels have shrunk to 0 and the choice has not changed")]
    public void The_rule_of_the_cut_is_the_one_of_the_run(double? strength, string rule)
    {
        var run = SampleRun.Folder with
        {
            Records = [.. SampleRun.Folder.Records.Select(record => record with { Lambda = strength })],
        };

        Assert.Contains(
            $"The network is cut at t*, {rule}, or when the options force it.", HtmlReport.Render(run),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_without_accuracy_shows_what_it_measures()
    {
        var metrics = ImmutableSortedDictionary<string, double>.Empty.Add("mae", 0.4224).Add("r2", 0.8382);
        var page = HtmlReport.Render(SampleRun.Folder with
        {
            Records =
            [
                .. SampleRun.Folder.Records.Select(
                    record => record with { ValAccuracy = null, ValMetrics = metrics }),
            ],
            Summary = SampleRun.Folder.Summary! with { ValAccuracy = null, BestAccuracy = null, ValMetrics = metrics },
        });

        Assert.Contains("validation samples: mae 0.422, r2 0.838.", page, StringComparison.Ordinal);
        Assert.Contains("Validation r2", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Validation accuracy", page, StringComparison.Ordinal);
        Assert.DoesNotContain("accuracy-chart\"", page.Split("<script")[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_detectors_precision_falls_over_its_recall()
    {
        var page = HtmlReport.Render(SampleRun.Folder with
        {
            Samples = Pictures(
                new("crack", 10, 0.75, [1, 1, 0.5]),
                new(Hostile, 4, 0.25, [0.5, 0.25, 0]),
                new("never", 0, null, [0, 0, 0])),
        });

        Assert.Contains("The mean of the areas is 50.0", page, StringComparison.Ordinal);

        // Two classes have objects: two lines, from recall 0 to 1 over 560 and from precision 1 to 0 over 300.
        Assert.Equal(2, Regex.Count(page, "<polyline"));
        Assert.Contains("line-1\" points=\"44,10 324,10 604,160\"", page, StringComparison.Ordinal);
        Assert.Contains("line-2\" points=\"44,160 324,235 604,310\"", page, StringComparison.Ordinal);
        Assert.Contains("never</th><td>0</td><td>–</td>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"precision\"", HtmlReport.Render(SampleRun.Folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_classes_have_one_line_for_their_mean()
    {
        var classes = Enumerable.Range(0, 8).Select(i => new ClassPrecision($"c{i}", 1, 0.5, [1, i / 7.0]));
        var page = HtmlReport.Render(SampleRun.Folder with { Samples = Pictures([.. classes]) });

        Assert.Equal(1, Regex.Count(page, "<polyline"));
        Assert.Contains("points=\"44,10 604,160\"", page, StringComparison.Ordinal);
    }

    private static RunSamples Pictures(params ImmutableArray<ClassPrecision> precision) =>
        new() { Columns = [], Rows = [], Precision = precision };

    [Fact]
    public void Nothing_is_loaded_from_elsewhere()
    {
        var page = HtmlReport.Render(SampleRun.Folder);

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
        var page = HtmlReport.Render(
            SampleRun.Folder with { Summary = summary, Config = Hostile, Notice = Hostile });

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>&amp;", page, StringComparison.Ordinal);
        Assert.Equal(3, Regex.Count(page, "<script"));
        Assert.Equal(3, Regex.Count(page, "</script"));
        using var island = JsonDocument.Parse(Island(page));
        Assert.Equal(
            Hostile,
            island.RootElement.GetProperty("summary").GetProperty("layers")[0].GetProperty("reason").GetString());
        Assert.Contains(Hostile, WebUtility.HtmlDecode(page), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_are_not_finite_leave_the_island_valid()
    {
        var records = SampleRun.Folder.Records;
        var broken = records.SetItem(4, records[4] with { TrainLoss = double.NaN, ValLoss = double.PositiveInfinity });
        var page = HtmlReport.Render(SampleRun.Folder with { Records = broken });

        using var island = JsonDocument.Parse(Island(page));
        Assert.Equal("NaN", island.RootElement.GetProperty("records")[4].GetProperty("train_loss").GetString());
    }

    [Fact]
    public void Each_chart_has_its_sentence()
    {
        var page = HtmlReport.Render(SampleRun.Folder);
        foreach (Match chart in ChartLabels().Matches(page))
        {
            Assert.Matches(@"^Chart: .+\. .+\.$", chart.Groups["label"].Value);
        }

        Assert.Equal(10, ChartLabels().Count(page));
    }

    [Fact]
    public void It_says_what_the_check_of_the_onnx_file_found()
    {
        var summary = SampleRun.Folder.Summary!;

        Assert.Contains(
            "computes under ONNX Runtime 1.30.0 what libtorch computes: "
            + "largest relative difference 6.1·10⁻⁷.",
            Page(summary.Onnx), StringComparison.Ordinal);
        Assert.Contains(
            "6.1·10⁻⁷. The file has 1.1 MB.", Page(summary.Onnx! with { Bytes = 1_097_000 }),
            StringComparison.Ordinal);
        Assert.Contains(
            "was not verified: There is no runtime.",
            Page(new() { Tolerance = 1e-4, Problem = "There is no runtime." }), StringComparison.Ordinal);
        Assert.Contains(
            "does not compute under X what libtorch computes: <b>They differ.",
            Page(new() { Equal = false, Runtime = "X", Tolerance = 1e-4, Problem = "<b>They differ." }),
            StringComparison.Ordinal);

        string Page(OnnxSummary? onnx) => WebUtility.HtmlDecode(
            HtmlReport.Render(SampleRun.Folder with { Summary = summary with { Onnx = onnx } }));
    }

    [Fact]
    public void A_run_under_way_says_so()
    {
        var run = SampleRun.Folder
            with
        { Summary = null, Records = SampleRun.Folder.Records[..5], Notice = "Line 6 is incomplete." };
        var page = WebUtility.HtmlDecode(HtmlReport.Render(run));

        Assert.Contains("not finished: 5 epochs so far, now in sparsity learning", page, StringComparison.Ordinal);
        Assert.Contains("Line 6 is incomplete.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"why\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_one_shot_cut_has_no_curves()
    {
        var summary = SampleRun.Folder.Summary! with
        {
            Kind = RunKind.Prune,
            StableEpoch = null,
            CutEpoch = null,
            SlStartEpoch = null,
            Epochs = 0,
            Baseline = null,
        };
        var page = HtmlReport.Render(new RunFolder("runs/cut", [], summary, null, null));

        Assert.DoesNotContain("id=\"learning\"", page, StringComparison.Ordinal);
        Assert.Contains("id=\"why\"", page, StringComparison.Ordinal);
        Assert.Contains("id=\"channels-chart\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_as_large_as_a_log_can_hold_are_shown()
    {
        var norms = new NormHistogram(new(0, [int.MaxValue, int.MaxValue]), new(0, [0, 0]));
        var record = SampleRun.Folder.Records[5] with
        {
            Epoch = int.MaxValue,
            Norms = norms,
            Seconds = double.MaxValue,
            SearchSeconds = -1,
            Macs = long.MaxValue,
        };
        var run = SampleRun.Folder with { Records = [SampleRun.Folder.Records[4], record] };

        Assert.Contains("4,294,967,294 channels would be kept", HtmlReport.Render(run), StringComparison.Ordinal);
        var compared = WebUtility.HtmlDecode(HtmlComparison.Render([run with { Summary = null }, run], _ => null));
        Assert.Contains(">9223372036.85\u00a0G<", compared, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forecast_is_told_while_the_run_goes_on()
    {
        var records = SampleRun.Folder.Records[..5];
        records = records.SetItem(
            4, records[4] with { Forecast = new() { StableEpoch = 9, SecondsLeft = 300, Macs = 20_000_000 } });
        var page = WebUtility.HtmlDecode(
            HtmlReport.Render(SampleRun.Folder with { Summary = null, Records = records }));

        Assert.Contains(
            "Forecast: the cut at about epoch 9, 20.00\u00a0M MACs at the end, about 5\u00a0min\u00a000\u00a0s to go.",
            page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_time_of_each_phase_and_what_is_left_add_up()
    {
        var page = WebUtility.HtmlDecode(HtmlReport.Render(SampleRun.Folder));

        // 9 epochs without and with sparsity learning, 11 after the cut; 9 searches of 0.21 s; 25 s for the rest, those
        // searches included.
        Assert.Matches("Training</th><td class=\"number\">3</td>", page);
        Assert.Matches("Sparsity learning</th><td class=\"number\">6</td>", page);
        Assert.Matches("Final training</th><td class=\"number\">11</td>", page);
        Assert.Matches(
            "Search for the sub-network</th><td class=\"number\"></td><td class=\"number\">1\\.9\u00a0s</td>", page);
        Assert.Matches(
            "Evaluation, cut, files</th><td class=\"number\"></td><td class=\"number\">23\u00a0s</td>", page);
    }

    [Fact]
    public void Text_stands_out_from_the_page_in_light_and_in_dark()
    {
        using var resource = typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!;
        var css = new StreamReader(resource).ReadToEnd();
        int At(string text) => css.IndexOf(text, StringComparison.Ordinal);
        foreach (var theme in new[] { css[..At("@media")], css[At("dark")..At("* {")] })
        {
            string Colour(string name) => Regex.Match(theme, $"--{name}: (#[0-9a-f]+);").Groups[1].Value;
            foreach (var ground in new[] { "page", "panel" })
            {
                Assert.All(
                    new[]
                    {
                        "ink", "soft", "first", "second", "good", "bad",
                        "run-1", "run-2", "run-3", "run-4", "run-5", "run-6",
                    },
                    name => Assert.True(Contrast(Colour(name), Colour(ground)) >= 4.5, $"{name} on {ground}"));
                Assert.All(
                    new[] { "third", "gone" },
                    name => Assert.True(Contrast(Colour(name), Colour(ground)) >= 3, $"{name} on {ground}"));
            }
        }
    }

    [Fact]
    public void The_report_of_300_epochs_is_below_3_MB()
    {
        var record = SampleRun.Folder.Records[5] with
        {
            Norms = NormHistogram.Of(
            Enumerable.Range(1, 2000).Select(i => i * 1e-4), Enumerable.Range(1, 2000).Select(i => i * 1e-8))
        };
        var page = HtmlReport.Render(SampleRun.Folder
            with
        { Records = [.. Enumerable.Range(0, 300).Select(epoch => record with { Epoch = epoch })] });

        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(page), 300_000, 1_500_000);
    }

    [Fact]
    public void An_empty_run_still_gives_a_page()
    {
        Assert.Contains(
            "first epoch", HtmlReport.Render(new RunFolder("runs/new", [], null, null, null)),
            StringComparison.Ordinal);
    }

    // WCAG 2: relative luminance of sRGB, and the ratio of two.
    private static double Contrast(string one, string other)
    {
        var (high, low) = (Math.Max(Luminance(one), Luminance(other)), Math.Min(Luminance(one), Luminance(other)));
        return (high + 0.05) / (low + 0.05);
    }

    private static double Luminance(string colour)
    {
        var digits = colour.Length == 4 ? string.Concat(colour[1..].Select(c => $"{c}{c}")) : colour[1..];
        double[] parts =
        [
            .. Convert.FromHexString(digits)
            .Select(b => b / 255.0).Select(c => c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4)),
        ];
        return (0.2126 * parts[0]) + (0.7152 * parts[1]) + (0.0722 * parts[2]);
    }

    internal static string Island(string page) => IslandElement().Match(page).Groups["json"].Value;

    /// <summary>Ids, headings, captions and column heads, one a line, in the page's order.</summary>
    private static string Skeleton(string page)
    {
        string body =
            page[page.IndexOf("<body", StringComparison.Ordinal)..page.IndexOf("<script", StringComparison.Ordinal)];
        var lines = SkeletonPart().Matches(body).Select(part => part.Groups["id"].Success
            ? $"#{part.Groups["id"].Value}"
            : $"  {part.Groups["tag"].Value}: {WebUtility.HtmlDecode(Tag().Replace(part.Groups["text"].Value, ""))}");
        return string.Join('\n', lines) + "\n";
    }

    [GeneratedRegex(
        """<[a-z0-9]+[^>]*\bid="(?<id>[^"]+)"[^>]*>"""
        + """|<(?<tag>h1|h2|caption|summary|dt|th scope="col"[^>]*)>(?<text>.*?)</(?:h1|h2|caption|summary|dt|th)>""")]
    private static partial Regex SkeletonPart();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tag();

    [GeneratedRegex(
        """<script type="application/json" id="page-data">(?<json>.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex IslandElement();

    [GeneratedRegex("""role="img" aria-label="(?<label>[^"]*)">""")]
    private static partial Regex ChartLabels();
}

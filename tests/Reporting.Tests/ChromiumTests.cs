using System.Text;
using System.Text.RegularExpressions;
using Ocs.Reporting.Html;

namespace Ocs.Reporting.Tests;

/// <summary>The pages in a browser. Every call also checks that nothing was written to the console.</summary>
public sealed class ChromiumTests
{
    private const string Width = "document.documentElement.dataset.over = document.documentElement.scrollWidth - "
        + "document.documentElement.clientWidth;";

    [ChromiumFact]
    public void Every_chart_of_a_run_is_drawn_on_a_desktop_and_on_a_phone()
    {
        using var chromium = new Chromium();
        var address = chromium.Write(HtmlReport.Render(SampleRun.Folder), Width);

        foreach (var width in new[] { 1200, 500 })
        {
            var document = chromium.Document(address, width);
            Assert.Equal(7, Regex.Count(document, "<canvas"));
            Assert.Contains("data-charts=\"7\"", document, StringComparison.Ordinal);
            Assert.Contains("data-over=\"0\"", document, StringComparison.Ordinal);
            Assert.Equal(2 * SampleRun.Folder.Summary!.Layers.Length, Regex.Count(document, "class=\"column\""));
        }
    }

    [ChromiumFact]
    public void The_slider_shows_the_norms_of_its_epoch_and_says_them()
    {
        using var chromium = new Chromium();
        var address = chromium.Write(
            HtmlReport.Render(SampleRun.Folder),
            "const slider = document.getElementById('norms-epoch'); slider.value = 2; "
                + "slider.dispatchEvent(new Event('input'));");

        var document = chromium.Document(address);
        Assert.Matches("<output[^>]*>epoch 3: 248 pruned, median 0.02[^<]*; 200 kept, median 0.0[45]", document);
        Assert.Matches("<input[^>]*aria-valuetext=\"epoch 3: ", document);
        Assert.Matches("<input[^>]*max=\"8\"", document);
        Assert.DoesNotMatch("class=\"slider\" hidden", document);
    }

    [ChromiumFact]
    public void Light_dark_and_paper_are_drawn()
    {
        using var chromium = new Chromium();
        var address = chromium.Write(HtmlReport.Render(SampleRun.Folder));

        var light = chromium.Screenshot(address, 1000, 1500);
        var dark = chromium.Screenshot(address, 1000, 1500, dark: true);
        var paper = chromium.Paper(address);

        Assert.InRange(light.Length, 30_000, 1_000_000);
        Assert.InRange(dark.Length, 30_000, 1_000_000);
        Assert.NotEqual(light, dark);
        Assert.StartsWith("%PDF", Encoding.ASCII.GetString(paper, 0, 8), StringComparison.Ordinal);
        Assert.InRange(Regex.Count(Encoding.Latin1.GetString(paper), @"/Type\s*/Page\b"), 4, 12);
    }

    [ChromiumFact]
    public void Several_runs_are_drawn_beside_the_papers_rows()
    {
        using var chromium = new Chromium();
        var address = chromium.Write(HtmlComparison.Render(SampleRun.Several, _ => null), Width);

        foreach (var width in new[] { 1200, 500 })
        {
            var document = chromium.Document(address, width);
            Assert.Contains("data-charts=\"4\"", document, StringComparison.Ordinal);
            Assert.Contains("data-over=\"0\"", document, StringComparison.Ordinal);
        }
    }

    [ChromiumFact]
    public void Runs_with_next_to_nothing_in_them_are_drawn_too()
    {
        using var chromium = new Chromium();
        var run = SampleRun.Folder with { Summary = null };
        foreach (var epochs in new[] { 0, 1, 2 })
        {
            var address = chromium.Write(HtmlReport.Render(run with { Records = run.Records[..epochs] }));
            Assert.Matches(
                epochs switch { 0 => "data-charts=\"0\"", 1 => "data-charts=\"4\"", _ => "data-charts=\"7\"" },
                chromium.Document(address));
        }

        var empty = chromium.Write(HtmlComparison.Render([run with { Records = [] }], _ => null));
        Assert.Contains("data-charts=\"0\"", chromium.Document(empty), StringComparison.Ordinal);
    }
}

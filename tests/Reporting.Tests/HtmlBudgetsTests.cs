using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Ocs.Reporting.Html;
using Ocs.RunLog;

namespace Ocs.Reporting.Tests;

public sealed class HtmlBudgetsTests
{
    /// <summary>Three budgets of cifar_resnet20, the middle one chosen, beside an unpruned twin.</summary>
    internal static BudgetCurve Curve { get; } = new()
    {
        Model = "cifar_resnet20",
        Data = "cifar10",
        Macs = 40_813_184,
        Parameters = 272_474,
        Reference = 0.8897,
        ReferenceIsTwin = true,
        AllowedLoss = 0.005,
        Points =
        [
            Point(0.3, 0.8901, 28_500_000, 190_000, 10, 1_500, shared: 0),
            Point(0.5, 0.8850, 20_400_000, 136_000, 11, 1_400, shared: 900),
            Point(0.625, 0.8604, 15_300_000, 99_000, 12, 1_300, shared: 1_000),
        ],
        Chosen = 0.5,
        TotalSeconds = 2_300,
        Command = "ocs train run.yaml",
    };

    [Fact]
    public void The_page_names_the_budget_that_is_chosen_and_has_a_row_for_each()
    {
        var page = Page(Curve);

        Assert.Contains("<h1>3 budgets of cifar_resnet20 on cifar10</h1>", page, StringComparison.Ordinal);
        Assert.Contains(
            "The largest budget within 0.50 points of the unpruned twin’s 88.97\u00a0% removes 50.0\u00a0% of the "
            + "MACs: 88.50\u00a0% with 20.40\u00a0M MACs and 136.0\u00a0k parameters.",
            page,
            StringComparison.Ordinal);
        Assert.Equal(3, Regex.Count(page, """<tr><th scope="row" class="text"><a href="0\.\d+/report\.html">"""));
        // 1 - 15.3 / 40.813184 and 1 - 99 / 272.474; 1,300 s less the shared 1,000 s.
        Assert.Matches(
            """62\.5\u00a0%</a></th><td class="strong">86\.04\u00a0%</td><td>−2\.93\u00a0points</td>"""
            + """<td>15\.30\u00a0M</td><td>62\.5\u00a0%</td><td>99\.0\u00a0k</td><td>63\.7\u00a0%</td><td>12</td>"""
            + """<td>5\u00a0min\u00a000\u00a0s</td><td class="text"></td>""",
            page);
        Assert.Equal(1, Regex.Count(page, """<td class="text">chosen</td>"""));
        Assert.Contains("All took 38\u00a0min\u00a020\u00a0s.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_twin_or_an_accuracy_the_page_says_so()
    {
        Assert.Contains(
            "of the smallest budget’s 88.97", Page(Curve with { ReferenceIsTwin = false }), StringComparison.Ordinal);
        Assert.Contains(
            "No budget is within 0.50 points of", Page(Curve with { Chosen = null }), StringComparison.Ordinal);
        var page = Page(Curve with
        {
            Reference = null,
            Chosen = null,
            Points = [.. Curve.Points.Select(point => point with { Value = null, Problem = "Not fit." })],
        });
        Assert.Contains("The runs have no accuracy, so no budget is chosen", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<figure", page, StringComparison.Ordinal);
        Assert.Equal(3, Regex.Count(page, "role=\"alert\">.*: Not fit\\."));
    }

    [Fact]
    public void A_metric_that_is_no_fraction_is_shown_as_it_is()
    {
        var page = Page(Curve with
        {
            Metric = "perplexity",
            HigherIsBetter = false,
            IsFraction = false,
            Reference = 6.5,
            Points = [.. Curve.Points.Select(point => point with { Value = 6.5 + (point.Target / 10) })],
        });

        Assert.Contains("within 0.50 % of the unpruned twin’s 6.5 removes", page, StringComparison.Ordinal);
        Assert.Contains("<h2>Perplexity against cost</h2>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"strong\">6.55</td><td>+0.8", page, StringComparison.Ordinal);
        Assert.DoesNotContain("ccuracy", page.Split("<script")[0].Split("</style>")[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_strings_stay_text()
    {
        const string Hostile = "</script><script>alert('\"1\"')</script>";
        var page = HtmlBudgets.Render(
            Curve with
            {
                Model = Hostile,
                Metric = "",
                Data = Hostile,
                Command = Hostile,
                Points = [Curve.Points[0] with { Folder = Hostile, Problem = Hostile }],
            },
            Hostile);

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Equal(3, Regex.Count(page, "<script"));
        Assert.Equal(3, Regex.Count(page, "</script"));
    }

    [ChromiumFact]
    public void Both_curves_are_drawn_on_a_desktop_and_on_a_phone_in_light_and_dark()
    {
        using var chromium = new Chromium();
        var address = chromium.Write(
            HtmlBudgets.Render(Curve, SampleRun.Config),
            "document.documentElement.dataset.over = document.documentElement.scrollWidth - "
            + "document.documentElement.clientWidth;");

        foreach (var width in new[] { 1200, 500 })
        {
            var document = chromium.Document(address, width);
            Assert.Contains("data-charts=\"2\"", document, StringComparison.Ordinal);
            Assert.Contains("data-over=\"0\"", document, StringComparison.Ordinal);
            Assert.Contains("the worst accuracy allowed", document, StringComparison.Ordinal);
        }

        var (light, dark) = (
            chromium.Screenshot(address, 1000, 1500), chromium.Screenshot(address, 1000, 1500, dark: true));
        Assert.InRange(light.Length, 30_000, 1_000_000);
        Assert.NotEqual(light, dark);
    }

    private static string Page(BudgetCurve curve) => WebUtility.HtmlDecode(HtmlBudgets.Render(curve, "model: x"));

    private static BudgetPoint Point(
        double target, double accuracy, long macs, long parameters, int cut, double seconds, double shared) => new()
        {
            Target = target,
            Folder = target.ToString(CultureInfo.InvariantCulture),
            Value = accuracy,
            Macs = macs,
            Parameters = parameters,
            CutEpoch = cut,
            TotalSeconds = seconds,
            SharedSeconds = shared,
        };
}

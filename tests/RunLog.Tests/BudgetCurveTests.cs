namespace Ocs.RunLog.Tests;

public sealed class BudgetCurveTests
{
    [Theory]
    // Against the smallest budget's 0.90; against a twin's 0.92; with any loss; with none.
    [InlineData(null, 0.005, 0.5)]
    [InlineData(0.92, 0.005, null)]
    [InlineData(0.92, 0.021, 0.5)]
    [InlineData(null, 1.0, 0.7)]
    [InlineData(null, 0.0, 0.3)]
    public void The_largest_budget_within_the_allowed_loss_is_chosen(double? twin, double loss, double? chosen)
    {
        var unpruned = twin is null ? null : Samples.Summary with { Kind = RunKind.Baseline, ValAccuracy = twin };

        var curve = BudgetCurve.Of([Run(0.3, 0.9), Run(0.5, 0.8990), Run(0.7, 0.85)], unpruned, loss);

        Assert.Equal(
            (chosen, twin is not null, twin ?? 0.9),
            (curve.Chosen, curve.ReferenceIsTwin, curve.Reference));
    }

    [Fact]
    public void A_loss_of_just_what_is_allowed_is_within_it()
    {
        // In binary, 0.9 - 0.005 is above 0.895.
        Assert.Equal(0.5, BudgetCurve.Of([Run(0.3, 0.9), Run(0.5, 0.895)], twin: null, 0.005).Chosen);
        Assert.Equal(0.3, BudgetCurve.Of([Run(0.3, 0.9), Run(0.5, 0.8949)], twin: null, 0.005).Chosen);
    }

    [Fact]
    public void A_network_that_is_not_fit_for_use_is_not_chosen_and_none_is_without_an_accuracy()
    {
        var (target, name, summary) = Run(0.5, 0.9);
        var curve = BudgetCurve.Of([Run(0.3, 0.9), (target, name, summary with { Problem = "It is bad." })], null, 0.1);
        Assert.Equal((0.3, "It is bad."), (curve.Chosen, curve.Points[1].Problem));

        curve = BudgetCurve.Of([(target, name, summary with { ValAccuracy = null })], twin: null, 0.1);
        Assert.Equal((null, null), (curve.Chosen, curve.Reference));
    }

    [Fact]
    public void Other_tasks_are_judged_by_their_headline()
    {
        // Half a percent of 4 is 0.02; less is better.
        var curve = BudgetCurve.Of([Text(0.3, 4), Text(0.5, 4.02), Text(0.7, 4.03)], twin: null, 0.005);
        Assert.Equal(
            (0.5, "perplexity", 4.0, 4.02, "4.03"),
            (curve.Chosen, curve.Metric, curve.Reference, Math.Round(curve.Worst!.Value, 9), curve.Show(4.03)));
        Assert.Equal(0.7, BudgetCurve.Of([Text(0.3, 4), Text(0.7, 4.03)], Text(0, 4.02).Summary, 0.005).Chosen);

        static (double Target, string Name, RunSummary Summary) Text(double target, double perplexity) =>
            (target, $"{target}", Samples.Summary with
            {
                ValAccuracy = null,
                Problem = null,
                Headline = new() { Name = "perplexity", Value = perplexity },
            });
    }

    [Fact]
    public void Time_that_runs_share_counts_once()
    {
        using var folder = new TemporaryFolder();
        var runs = new[] { (0.3, 100.0, (double?)null), (0.5, 90.0, 60.0), (0.7, 85.0, 70.0) }.Select(run =>
            (run.Item1, $"{run.Item1}", Samples.Summary with { TotalSeconds = run.Item2, SharedSeconds = run.Item3 }));
        var curve = BudgetCurve.Of([.. runs], twin: null, 0.005);
        curve.Write(folder.Path);

        Assert.Equal(145, curve.TotalSeconds);
        var text = File.ReadAllText(folder.PathOf(BudgetCurve.FileName));
        Assert.Contains("\"total_seconds\": 145", text, StringComparison.Ordinal);
        Assert.Contains("\"shared_seconds\": 70", text, StringComparison.Ordinal);
    }

    private static (double Target, string Name, RunSummary Summary) Run(double target, double accuracy) =>
        (target, $"{target}", Samples.Summary with { ValAccuracy = accuracy, Problem = null });
}

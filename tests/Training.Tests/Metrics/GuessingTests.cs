using Ocs.Training.Metrics;

namespace Ocs.Training.Tests.Metrics;

public sealed class GuessingTests
{
    [Fact]
    public void Guessing_gives_the_share_of_the_most_frequent_class() =>
        Assert.Equal(new(10.0 / 30, 30), Guessing.On(TinyTask.Data.Test));

    [Theory]
    [InlineData(0.10, 10_000, 0.106, true)]
    [InlineData(0.10, 10_000, 0.107, false)]
    [InlineData(0.20, 100, 0.28, true)]
    [InlineData(0.20, 100, 0.29, false)]
    [InlineData(0.20, 49, 0.20, false)]
    public void An_accuracy_within_two_deviations_of_guessing_is_explained_by_it(double guess, int images, double accuracy, bool isExplained) =>
        Assert.Equal(isExplained, new Guessing(guess, images).Explains(accuracy));

    [Theory]
    [InlineData(0.3995, 0.1620, true)]
    [InlineData(0.36, 0.113, true)]
    [InlineData(0.90, 0.85, false)]
    [InlineData(0.90, 0.31, false)]
    [InlineData(0.90, 0.29, true)]
    [InlineData(0.105, 0.10, false)]
    public void A_network_that_keeps_less_than_a_quarter_of_its_lead_is_lost(double before, double after, bool isLost) =>
        Assert.Equal(isLost, new Guessing(0.1, 10_000).IsLost(before, after));

    [Fact]
    public void A_collapse_is_told_with_what_it_was_and_what_guessing_gives()
    {
        var guessing = new Guessing(0.2, 1000);

        Assert.Null(Collapse.AtEnd(guessing, 0.98, 0.97));
        Assert.Null(Collapse.AtCut(guessing, 0.98, 0.5));
        Assert.StartsWith(
            $"The network has collapsed: its accuracy was {1.0:P2} before the cut and is {0.2:P2} at the end; guessing gives {0.2:P2}.",
            Collapse.AtEnd(guessing, 1, 0.2),
            StringComparison.Ordinal);
        Assert.StartsWith("The network has learnt nothing: ", Collapse.AtEnd(guessing, 0.2, 0.2), StringComparison.Ordinal);
        Assert.StartsWith("The network has learnt nothing: ", Collapse.AtEnd(guessing, before: null, 0.2), StringComparison.Ordinal);
        Assert.StartsWith("The network has learnt nothing before the cut: ", Collapse.AtCut(guessing, 0.2, 0.2), StringComparison.Ordinal);
        Assert.StartsWith("Right after the cut the accuracy, ", Collapse.AtCut(guessing, 1, 0.21), StringComparison.Ordinal);
    }
}

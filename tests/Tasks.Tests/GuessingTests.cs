using Ocs.Data;

namespace Ocs.Tasks.Tests;

public sealed class GuessingTests
{
    // Six images of one class, three of another, one of a third.
    [Fact]
    public void Guessing_gives_the_share_of_the_most_frequent_class()
    {
        var data = new ImageDataset(
            "pixels", new byte[10], [0, 0, 0, 0, 0, 0, 1, 1, 1, 2], 1, 1, 1, ["a", "b", "c"], new([0], [1]));
        var guessing = new Classification(data.ClassNames).Guess(data)!;
        Assert.Equal(
            (0.6, 10, 2 * Math.Sqrt(0.024)), (guessing.Value, guessing.Samples, Math.Round(guessing.Slack, 15)), Close);
    }

    [Theory]
    [InlineData(0.10, 10_000, 0.106, true)]
    [InlineData(0.10, 10_000, 0.107, false)]
    [InlineData(0.20, 100, 0.28, true)]
    [InlineData(0.20, 100, 0.29, false)]
    [InlineData(0.20, 49, 0.20, false)]
    public void An_accuracy_within_two_deviations_of_guessing_is_explained_by_it(
        double guess, int images, double accuracy, bool isExplained) =>
        Assert.Equal(isExplained, Accuracy(guess, images).Explains(accuracy));

    [Theory]
    [InlineData(0.3995, 0.1620, true)]
    [InlineData(0.36, 0.113, true)]
    [InlineData(0.90, 0.85, false)]
    [InlineData(0.90, 0.31, false)]
    [InlineData(0.90, 0.29, true)]
    [InlineData(0.105, 0.10, false)]
    public void A_network_that_keeps_less_than_a_quarter_of_its_lead_is_lost(
        double before, double after, bool isLost) =>
        Assert.Equal(isLost, Accuracy(0.1, 10_000).IsLost(before, after));

    [Theory]
    [InlineData(0.9, 0.5, false)]
    [InlineData(0.2, 0.95, true)]
    public void Where_less_is_better_the_lead_is_what_is_below_the_guess(double before, double after, bool isLost) =>
        Assert.Equal(isLost, new Guessing(new("error", HigherIsBetter: false), 1, 0.01, 100).IsLost(before, after));

    private static Guessing Accuracy(double guess, int images) => new(
        new("accuracy", IsFraction: true), guess, 2 * Math.Sqrt(guess * (1 - guess) / images), images);

    private static bool Close(
        (double Value, int Samples, double Slack) a, (double Value, int Samples, double Slack) b) =>
        a.Samples == b.Samples && Math.Abs(a.Value - b.Value) < 1e-12 && Math.Abs(a.Slack - b.Slack) < 1e-12;
}

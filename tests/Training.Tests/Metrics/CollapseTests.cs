using Ocs.Tasks;
using Ocs.Training.Metrics;

namespace Ocs.Training.Tests.Metrics;

public sealed class CollapseTests
{
    [Fact]
    public void A_collapse_is_told_with_what_it_was_and_what_guessing_gives()
    {
        var guessing = new Guessing(new("accuracy", IsFraction: true), 0.2, 0.02, 1000);

        Assert.Null(Collapse.AtEnd(guessing, 0.98, 0.97));
        Assert.Null(Collapse.AtCut(guessing, 0.98, 0.5));
        Assert.StartsWith(
            $"The network has collapsed: its accuracy was {1.0:P2} before the cut and is {0.2:P2} at the end; "
            + $"guessing gives {0.2:P2}.",
            Collapse.AtEnd(guessing, 1, 0.2),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "The network has learnt nothing: ", Collapse.AtEnd(guessing, 0.2, 0.2), StringComparison.Ordinal);
        Assert.StartsWith(
            "The network has learnt nothing: ", Collapse.AtEnd(guessing, before: null, 0.2), StringComparison.Ordinal);
        Assert.StartsWith(
            "The network has learnt nothing before the cut: ",
            Collapse.AtCut(guessing, 0.2, 0.2),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "Right after the cut the accuracy, ", Collapse.AtCut(guessing, 1, 0.21), StringComparison.Ordinal);
    }
}

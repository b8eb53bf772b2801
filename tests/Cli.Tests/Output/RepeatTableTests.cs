using Ocs.Cli.Output;
using Ocs.RunLog;

namespace Ocs.Cli.Tests.Output;

public sealed class RepeatTableTests
{
    [Fact]
    public void Means_and_deviations_stand_beside_the_papers_row()
    {
        var lines = Show(new("Tab. 2", 0.3888, 0.9365));

        Assert.Matches(@"accuracy\s+93\.40 %\s+0\.20 points\s+93\.20 %, 93\.60 %", lines);
        Assert.Contains(
            "The paper (Tab. 2) has 93.65 % with 38.88 % of the MACs left.", lines, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_paper_has_no_row_nothing_is_said_of_it() =>
        Assert.DoesNotContain("paper", Show(null), StringComparison.Ordinal);

    private static string Show(PaperResult? paper)
    {
        using var output = new StringWriter();
        var summary = new RepeatSummary
        {
            Seeds = [0, 1],
            ValAccuracy = new(0.934, 0.002, [0.932, 0.936]),
            Macs = new(49_000_000, 0, [49_000_000, 49_000_000]),
            Parameters = new(400_000, 1000, [399_000, 401_000]),
            TotalSeconds = new(60, 1, [59, 61]),
            Paper = paper,
        };
        RepeatTable.Write(
            summary,
            new(output, TextWriter.Null, OutputIsTerminal: false, ErrorIsTerminal: false, CancellationToken.None));
        return output.ToString();
    }
}

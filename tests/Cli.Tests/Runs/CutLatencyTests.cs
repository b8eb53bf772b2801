using Ocs.Cli.Runs;
using Ocs.RunLog;

namespace Ocs.Cli.Tests.Runs;

/// <summary>What is said of the speed of a cut.</summary>
public class CutLatencyTests
{
    [Fact]
    public void The_measured_ratio_stands_beside_the_theoretical_one() => Assert.Equal(
        "Under ONNX Runtime 1 one image takes 0.240 ms whole and 0.120 ms cut, in turns on one thread: 2.00 x as fast, "
        + "with 2.50 x fewer MACs.",
        CutLatency.Sentence(Latency(0.00024, 0.00012), 500, 200));

    [Theory]
    [InlineData(1,
        "Widths that are multiples of 1 do not fill the processor's vectors; --round-to auto keeps some that do.")]
    [InlineData(null,
        "Its layers are narrow; --round-to 16 keeps multiples of 16 channels, which fill the processor's vectors.")]
    [InlineData(16, "`ocs prune --target-latency` searches widths by what they cost.")]
    public void A_cut_that_made_the_network_slower_is_told_with_what_helps(int? roundTo, string remedy) => Assert.Equal(
        $"Warning: the cut network is slower than the whole one under ONNX Runtime 1. {remedy}",
        CutLatency.Warning(Latency(1, 1.9), roundTo, multiple => $"--round-to {multiple}"));

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.02)]
    public void Noise_is_no_warning(double after) =>
        Assert.Null(CutLatency.Warning(Latency(1, after), 1, multiple => multiple));

    private static LatencySummary Latency(double before, double after) =>
        new() { Runtime = "ONNX Runtime 1", Batch = 1, Threads = 1, SecondsBefore = before, SecondsAfter = after };
}

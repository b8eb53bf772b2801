using Ocs.Graphs;
using Ocs.Pruning.Latency;

namespace Ocs.Pruning.Tests.Latency;

/// <summary>A time as the target of the library's one cut.</summary>
[NoTensorLeaks]
public sealed class OneShotLatencyTests
{
    [Fact]
    public void The_largest_network_that_a_clock_calls_fast_enough_is_cut_and_proven()
    {
        using var network = Network.Initialize(Networks.Chain(2, 32, 32, 32), seed: 1);
        var clock = new MacsClock();
        var target = new LatencyTarget(0.5 * clock.Seconds(network.Graph), clock);
        using var timed = network.Prune(new PruneOptions { RoundTo = 4 }, target);

        Assert.True(timed.IsMet);
        Assert.True(timed.Cut.Gate.Passed);
        Assert.Equal(clock.Seconds(network.Graph), timed.Whole, 1e-12);
        Assert.Equal(clock.Seconds(timed.Network.Graph), timed.Measured, 1e-12);
        Assert.InRange(timed.Measured, 0.4 * timed.Whole, 0.51 * timed.Whole);
        Assert.All(timed.Cut.Record.Groups, group =>
            Assert.True(group.Kept.Length % 4 == 0 || group.Kept.Length == group.Channels));
    }

    [Fact]
    public void A_time_that_is_none_is_refused()
    {
        using var network = Network.Initialize(Networks.Chain(2, 4, 4), seed: 1);
        var error = Assert.Throws<OcsInputException>(
            () => network.Prune(new PruneOptions(), new LatencyTarget(0, new MacsClock())).Dispose());
        Assert.Equal("`LatencyTarget` must be above 0 seconds, but is 0.", error.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LibtorchClock(batch: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LibtorchClock(threads: 0));
    }

    [Fact]
    public void Libtorchs_clock_takes_longer_for_more_work()
    {
        var clock = new LibtorchClock(batch: 64);
        var (whole, cut) = clock.InTurns(Networks.Chain(2, 2048, 2048), Networks.Chain(2, 8, 8));

        Assert.InRange(cut, 1e-7, whole);
        Assert.Equal("libtorch", clock.Name);
    }

    /// <summary>A machine that does nothing but multiply.</summary>
    private sealed class MacsClock : ILatencyClock
    {
        public string Name => "a formula";

        public double Part(Graph part, CancellationToken cancellationToken = default) => Seconds(part);

        public (double Whole, double Cut) InTurns(
            Graph whole, Graph cut, CancellationToken cancellationToken = default) => (Seconds(whole), Seconds(cut));

        public double Seconds(Graph graph) => 1e-6 * graph.Macs;
    }
}

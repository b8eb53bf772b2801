using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Latency;
using Ocs.Zoo;

namespace Ocs.Pruning.Tests.Latency;

/// <summary>The search for a time, with clocks that are formulas.</summary>
[NoTensorLeaks]
public sealed class LatencySearchTests
{
    private static readonly Graph Network = Models.Build("cifar_vgg16");
    private static readonly OneCycleOptions Options = OneCycleOptions.Paper with { RoundTo = null };

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    public void The_largest_network_that_any_multiple_reaches_in_time_is_taken(int block)
    {
        var clock = new BlockClock(block);
        var target = new LatencyTarget(0.6 * clock.Seconds(Network), clock);

        var found = Search(target, Options);

        Assert.InRange(found.Measured, 0.9 * target.Seconds, 1.02 * target.Seconds);
        foreach (var multiple in new[] { 4, 8, 16, 32 })
        {
            var other = Search(target, Options with { RoundTo = multiple });
            Assert.True(
                other.Plan.After.Macs <= found.Plan.After.Macs || !target.IsMetBy(other.Measured),
                $"multiples of {multiple} keep more");
        }
    }

    [Fact]
    public void A_machine_that_slows_down_in_between_changes_nothing()
    {
        var (steady, slowing) = (new BlockClock(16), new BlockClock(16) { SlowsDown = true });
        var seconds = 0.6 * steady.Seconds(Network);
        Assert.Equal(
            Search(new(seconds, steady), Options).Plan.After.Macs,
            Search(new(seconds, slowing), Options).Plan.After.Macs);
    }

    [Fact]
    public void What_is_fast_already_is_told_before_anything_else_is_measured()
    {
        var clock = new BlockClock(16);
        var error = Assert.Throws<OcsInputException>(() => Search(new(2 * clock.Seconds(Network), clock), Options));
        Assert.Matches(
            @"^cifar_vgg16 takes [\d.]+ ms already in blocks, not more than "
            + @"`LatencyTarget` [\d.]+; give a lower one\.$",
            error.Message);
        Assert.Equal(0, clock.Parts);
    }

    [Fact]
    public void What_no_cut_can_reach_is_told_before_anything_else_is_measured()
    {
        var clock = new BlockClock(16);
        var error = Assert.Throws<OcsInputException>(() => Search(new(1e-7, clock), Options));
        Assert.Matches(
            @"^`LatencyTarget` 0\.0001 can't be reached: cifar_vgg16 takes [\d.]+ ms in blocks, "
            + @"and [\d.]+ ms without every channel that may leave; give a higher one\.$",
            error.Message);
        Assert.Equal(0, clock.Parts);
    }

    [Fact]
    public void Where_no_cut_is_fast_enough_the_fastest_is_taken()
    {
        var clock = new BlockClock(16) { WorstAlone = true };
        var target = new LatencyTarget(0.3 * clock.Seconds(Network), clock);
        var found = Search(target, Options with { MaximumPruned = 0.6 });
        Assert.False(target.IsMetBy(found.Measured));
        Assert.True(found.Cuts > 0);
    }

    private static TimedPartition Search(LatencyTarget target, OneCycleOptions options)
    {
        using var parameters = ParameterTable.Initialize(Network, seed: 1);
        return new LatencySearch(target).Find(Network, options, parameters);
    }

    /// <summary>A processor that takes channels in blocks, and some time for each layer.</summary>
    private sealed class BlockClock(int block) : ILatencyClock
    {
        private const double SecondsPerMac = 1e-11;
        private const double SecondsPerLayer = 1e-6;
        private double _load = 1;

        public string Name => "blocks";

        public int Parts { get; private set; }

        public bool SlowsDown { get; init; }

        /// <summary>Whether cut networks take longer than the sum of their parts.</summary>
        public bool WorstAlone { get; init; }

        public double Part(Graph part, CancellationToken cancellationToken = default)
        {
            Parts++;
            return Seconds(part);
        }

        public (double Whole, double Cut) InTurns(
            Graph whole, Graph cut, CancellationToken cancellationToken = default)
        {
            var times = (_load * Seconds(whole), _load * Seconds(cut) * (WorstAlone && Parts > 0 ? 2 : 1));
            _load *= SlowsDown ? 1.5 : 1;
            return times;
        }

        public double Seconds(Graph graph) => graph.Nodes.Where(node => node.Operator is Conv2d or Linear).Sum(node =>
        {
            var weight = graph.Parameter(node.Parameters[0]).Shape;
            var pixels = node.Shape.Skip(2).Aggregate(1L, (product, size) => product * size);
            var kernel = weight.Skip(2).Aggregate(1L, (product, size) => product * size);
            return SecondsPerLayer + SecondsPerMac * pixels * kernel * Whole(weight[0]) * Whole(weight[1]);
        });

        private long Whole(long channels) => (channels + block - 1) / block * block;
    }
}

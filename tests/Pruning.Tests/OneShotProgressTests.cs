using Microsoft.Extensions.Logging;
using Ocs.Graphs;
using Ocs.Pruning.Latency;

namespace Ocs.Pruning.Tests;

/// <summary>What a cut of a trained network tells, and how it is ended.</summary>
[NoTensorLeaks]
public sealed class OneShotProgressTests
{
    private static readonly PruneOptions Half = new() { Target = 0.5, RoundTo = 4 };
    private readonly RecordingLogger _logger = new();

    [Fact]
    public void A_cut_reports_its_stages_and_logs_its_proof()
    {
        using var network = Chain();
        var progress = new RecordingProgress<PruneProgress>();
        using var cut = network.Prune(Half, progress: progress, logger: _logger);

        Assert.Equal([PruneStage.Searching, PruneStage.Proving], progress.Reports.Select(report => report.Stage));
        var logged = Assert.Single(_logger.Events);
        Assert.Equal(
            (3002, LogLevel.Information, network.Macs, cut.Network.Macs),
            (logged.Id, logged.Level, logged.Values["MacsBefore"], logged.Values["MacsAfter"]));
    }

    [Fact]
    public void A_cut_that_is_cancelled_before_its_proof_is_not_made()
    {
        using var network = Chain();
        using var cancellation = new CancellationTokenSource();
        var progress = new RecordingProgress<PruneProgress>(_ => cancellation.Cancel());
        Assert.Throws<OperationCanceledException>(
            () => network.Prune(Half, progress: progress, logger: _logger, cancellationToken: cancellation.Token));
        Assert.Equal(PruneStage.Searching, Assert.Single(progress.Reports).Stage);
        Assert.Empty(_logger.Events);
    }

    [Fact]
    public void A_search_for_a_time_reports_what_was_timed_and_logs_every_cut()
    {
        using var network = Chain();
        var clock = new CountingClock();
        var progress = new RecordingProgress<PruneProgress>();
        using var timed = network.Prune(
            Half, new LatencyTarget(0.5 * CountingClock.Seconds(network.Graph), clock), progress: progress,
            logger: _logger);

        var parts = progress.Reports.Where(report => report.Stage == PruneStage.TimingParts).ToList();
        Assert.Equal(Enumerable.Range(1, clock.Parts), parts.Select(report => report.Parts));
        Assert.True(clock.Parts > 1);
        Assert.Equal(
            new(PruneStage.Proving, clock.Parts, timed.Cuts, timed.Measured), progress.Reports[^1]);
        Assert.Equal(timed.Cuts, _logger.Ids.Count(id => id == 3001));
        Assert.Equal((3000, 3002), (_logger.Ids.First(), _logger.Ids.Last()));
        Assert.Contains(
            _logger.Events,
            logged => logged.Id == 3001 && Equals(logged.Values["Macs"], timed.Network.Macs)
                && Equals(logged.Values["Seconds"], timed.Measured));
    }

    [Fact]
    public void A_search_for_a_time_ends_after_the_part_that_is_timed()
    {
        using var network = Chain();
        using var cancellation = new CancellationTokenSource();
        var clock = new CountingClock();
        var progress = new RecordingProgress<PruneProgress>(report =>
        {
            if (report.Parts == 2)
            {
                cancellation.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(() => network.Prune(
            Half, new LatencyTarget(0.5 * CountingClock.Seconds(network.Graph), clock), progress: progress,
            cancellationToken: cancellation.Token));
        Assert.Equal(2, clock.Parts);
        Assert.Equal(cancellation.Token, clock.Given);
    }

    [Fact]
    public void Libtorchs_clock_ends_before_another_run()
    {
        var clock = new LibtorchClock();
        using var network = Chain();
        Assert.Throws<OperationCanceledException>(() => clock.Part(network.Graph, new(canceled: true)));
        Assert.Throws<OperationCanceledException>(
            () => clock.InTurns(network.Graph, network.Graph, new(canceled: true)));
    }

    private static Network Chain() => Network.Initialize(Networks.Chain(2, 32, 32, 32), seed: 1);

    /// <summary>A machine that does nothing but multiply, and counts.</summary>
    private sealed class CountingClock : ILatencyClock
    {
        public string Name => "a formula";

        public int Parts { get; private set; }

        public CancellationToken Given { get; private set; }

        public double Part(Graph part, CancellationToken cancellationToken = default)
        {
            (Parts, Given) = (Parts + 1, cancellationToken);
            return Seconds(part);
        }

        public (double Whole, double Cut) InTurns(
            Graph whole, Graph cut, CancellationToken cancellationToken = default) => (Seconds(whole), Seconds(cut));

        public static double Seconds(Graph graph) => 1e-6 * graph.Macs;
    }
}

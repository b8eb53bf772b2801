using System.Globalization;
using Microsoft.Extensions.Logging;
using Ocs.Graphs;
using Ocs.Pruning.Surgery;

namespace Ocs.Pruning.Latency;

/// <summary>
/// The largest network that takes no longer than a time, in MACs. A table predicts the cost of widths. Several
/// multiples of channels are tried, because the best one depends on the processor and the runtime. Each cut is timed in
/// turns with the whole network. The measured time corrects the table, and the search is repeated. If no cut is fast
/// enough, the fastest is returned.
/// </summary>
/// <param name="target">The time, and what takes it.</param>
/// <param name="logger">The application's log; null for none.</param>
/// <param name="progress">Gets every part and every cut that was timed; null for none.</param>
/// <param name="cancellation">Ends the search between two measurements.</param>
internal sealed class LatencySearch(
    LatencyTarget target, ILogger? logger = null, IProgress<PruneProgress>? progress = null,
    CancellationToken cancellation = default)
{
    // A cut this close to the target ends the search.
    private const double Near = 0.05;
    private const int MostCuts = 4;

    // What a kernel takes at once is 4 channels to 32, as processors and runtimes are today.
    private static readonly int[] Multiples = [16, 8, 32, 4];

    private readonly List<TimedPartition> _cuts = [];

    private string Place => $" in {target.Clock.Name}";

    /// <summary>Finds it.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="options">
    /// Criterion, ranking and limits; of <see cref="PruneOptions.RoundTo"/> null tries several.
    /// </param>
    /// <param name="parameters">What the ranking sees.</param>
    /// <exception cref="OcsInputException">The network is as fast already, or no cut within the limits is.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public TimedPartition Find(Graph graph, PruneOptions options, ParameterTable parameters)
    {
        var whole = TimeWhole(graph, options);
        _cuts.Clear();
        LatencyMeter meter = null!;
        meter = new(TimePart);
        string? problem = null;
        foreach (var multiple in options.RoundTo is { } given ? [given] : Multiples)
        {
            try
            {
                var rounded = options with { RoundTo = multiple, Target = 1 - target.Seconds / whole };
                foreach (var cut in TryCuts(graph, rounded, parameters, whole, meter))
                {
                    Add(cut, meter);
                }
            }
            catch (OcsInputException error)
            {
                problem = error.Message;
            }
        }

        var best = _cuts.Where(cut => target.IsMetBy(cut.Measured)).MaxBy(cut => cut.Plan.After.Macs)
            ?? _cuts.MinBy(cut => cut.Measured)
            ?? throw new OcsInputException(problem!);
        return best with { Measurements = meter.Measurements, Cuts = _cuts.Count };

        double TimePart(Graph part)
        {
            cancellation.ThrowIfCancellationRequested();
            var seconds = target.Clock.Part(part, cancellation);
            Tell(PruneStage.TimingParts, meter.Measurements + 1);
            return seconds;
        }
    }

    private void Add(TimedPartition cut, LatencyMeter meter)
    {
        _cuts.Add(cut);
        logger?.CutTimed(cut.Options.RoundTo, cut.Plan.After.Macs, cut.Measured, cut.Predicted);
        Tell(PruneStage.Searching, meter.Measurements);
    }

    private void Tell(PruneStage stage, int parts) => progress?.Report(
        new(stage, parts, _cuts.Count, _cuts.Count == 0 ? null : _cuts.Min(cut => cut.Measured)));

    // The time of the whole network. Fails early if the target cannot be reached.
    private double TimeWhole(Graph graph, PruneOptions options)
    {
        if (!(target.Seconds > 0))
        {
            throw new OcsInputException($"`{nameof(LatencyTarget)}` must be above 0 seconds, but is {target.Seconds}.");
        }

        var search = new SubnetworkSearch(graph, options with { RoundTo = options.RoundTo ?? Multiples.Min() });
        var (whole, narrowest) = target.Clock.InTurns(
            graph, CutPlan.Create(search.Coupling, search.Narrowest).After, cancellation);
        logger?.WholeTimed(graph.Name, target.Clock.Name, whole, narrowest);
        if (target.Seconds >= whole)
        {
            throw new OcsInputException(
                $"{graph.Name} takes {Ms(whole)} ms already{Place}, "
                + $"not more than `{nameof(LatencyTarget)}` {Ms(target.Seconds)}; give a lower one.");
        }

        return target.Seconds * (1 + Near) >= Math.Min(whole, narrowest)
            ? whole
            : throw new OcsInputException(
                $"`{nameof(LatencyTarget)}` {Ms(target.Seconds)} can't be reached: {graph.Name} takes {Ms(whole)} ms"
                + $"{Place}, and {Ms(narrowest)} ms without every channel that may leave; give a higher one.");
    }

    // Times the cuts for one multiple, each with what the table had predicted before it was timed.
    private IEnumerable<TimedPartition> TryCuts(
        Graph graph, PruneOptions options, ParameterTable parameters, double whole, LatencyMeter meter)
    {
        LatencyTable table = null!;
        var search = new SubnetworkSearch(graph, options, coupling =>
            new(coupling, table = LatencyTable.Measure(coupling, whole, meter, options.Limits)));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var cut = 0; cut < MostCuts; cut++)
        {
            cancellation.ThrowIfCancellationRequested();
            var partition = search.Find(parameters);
            int[] kept = [.. partition.Subnetwork.Kept.Select(channels => channels.Length)];
            if (!seen.Add(string.Join(' ', kept)))
            {
                yield break;
            }

            var plan = CutPlan.Create(search.Coupling, partition.Subnetwork);
            var (wholeNow, cutNow) = target.Clock.InTurns(graph, plan.After, cancellation);

            // The machine may be slower now than it was; the ratio is not.
            var (predicted, measured) = (table.Predict(kept), whole * cutNow / wholeNow);
            yield return new(search, options, partition, plan, whole, predicted, measured);
            if (target.IsMetBy(measured) && measured >= target.Seconds * (1 - Near))
            {
                yield break;
            }

            table.Correct(kept, measured);
        }
    }

    private static string Ms(double seconds) =>
        (1000 * seconds).ToString(seconds < 1e-4 ? "G2" : "F2", CultureInfo.InvariantCulture);
}

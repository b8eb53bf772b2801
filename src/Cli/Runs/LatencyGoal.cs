using System.Globalization;
using Ocs.Cli.Configuration;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Latency;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;

namespace Ocs.Cli.Runs;

/// <summary>A time to reach, in seconds, and what takes it.</summary>
internal sealed record LatencyGoal(double Seconds, ILatencyClock Clock)
{
    // A cut that misses the time by so little meets it: so much do medians differ from each other.
    private const double Slack = 0.02;

    // Nearer to the time than this no other cut is looked for.
    private const double Near = 0.05;
    private const int MostCuts = 4;

    // What a kernel takes at once is 4 channels to 32, as processors and runtimes are today.
    private static readonly int[] Multiples = [16, 8, 32, 4];

    private string Place => Clock is LatencyClock clock ? $" in {Choices.NameOf(clock.Runtime)}" : "";

    /// <summary>
    /// The largest network that takes no longer than the time, in MACs. Widths are searched by a table of what they cost. What multiples
    /// of channels suit the processor and the runtime is found by trying several. Each cut is timed in turns with the whole network; what
    /// it took corrects the table, and the search begins again. If none is fast enough, it is the fastest.
    /// </summary>
    /// <param name="graph">The network.</param>
    /// <param name="options">Criterion, ranking and limits; of <see cref="PruneOptions.RoundTo"/> null tries several.</param>
    /// <param name="parameters">What the ranking sees.</param>
    /// <exception cref="OcsInputException">The network is as fast already, or no cut within the limits is.</exception>
    public TimedCut Search(Graph graph, OneCycleOptions options, ParameterTable parameters)
    {
        var whole = Check(graph, options);
        var meter = new LatencyMeter(Clock.Part);
        var cuts = new List<TimedCut>();
        string? problem = null;
        foreach (var multiple in options.RoundTo is { } given ? [given] : Multiples)
        {
            try
            {
                foreach (var cut in Cuts(graph, options with { RoundTo = multiple, Target = 1 - Seconds / whole }, parameters, whole, meter))
                {
                    cuts.Add(cut);
                }
            }
            catch (OcsInputException error)
            {
                problem = error.Message;
            }
        }

        var best = cuts.Where(IsMetBy).MaxBy(cut => cut.Plan.After.Macs)
            ?? cuts.MinBy(cut => cut.Measured)
            ?? throw new OcsInputException(problem!);
        return best with { Measurements = meter.Measurements, Cuts = cuts.Count };
    }

    /// <summary>Whether a cut is fast enough.</summary>
    public bool IsMetBy(TimedCut cut) => cut.Measured <= Seconds * (1 + Slack);

    // What can't be reached is found before minutes are spent on it.
    private double Check(Graph graph, OneCycleOptions options)
    {
        var search = new SubnetworkSearch(graph, options with { RoundTo = options.RoundTo ?? Multiples.Min() });
        var (whole, narrowest) = Clock.InTurns(graph, CutPlan.Create(search.Coupling, search.Narrowest).After);
        return Seconds >= whole ? throw new OcsInputException(
                $"{graph.Name} takes {Ms(whole)} ms already{Place}, not more than --target-latency {Ms(Seconds)}; give a lower one.")
            : Seconds * (1 + Near) < Math.Min(whole, narrowest) ? throw new OcsInputException(
                $"--target-latency {Ms(Seconds)} can't be reached: {graph.Name} takes {Ms(whole)} ms{Place}, "
                + $"and {Ms(narrowest)} ms without every channel that may leave; give a higher one.")
            : whole;
    }

    // The cuts for one multiple, each with what the table had predicted before it was timed.
    private IEnumerable<TimedCut> Cuts(Graph graph, OneCycleOptions options, ParameterTable parameters, double whole, LatencyMeter meter)
    {
        LatencyTable table = null!;
        var search = new SubnetworkSearch(graph, options, coupling =>
            ResourceConstraint.Latency(coupling, table = LatencyTable.Measure(coupling, whole, meter, options.Limits)));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var cut = 0; cut < MostCuts; cut++)
        {
            var partition = search.Find(parameters);
            int[] kept = [.. partition.Subnetwork.Kept.Select(channels => channels.Length)];
            if (!seen.Add(string.Join(' ', kept)))
            {
                yield break;
            }

            var plan = CutPlan.Create(search.Coupling, partition.Subnetwork);
            var (wholeNow, cutNow) = Clock.InTurns(graph, plan.After);

            // The machine may be slower now than it was; the ratio is not.
            var (predicted, measured) = (table.Predict(kept), whole * cutNow / wholeNow);
            yield return new(search, options, partition, plan, whole, predicted, measured);
            if (measured <= Seconds * (1 + Slack) && measured >= Seconds * (1 - Near))
            {
                yield break;
            }

            table.Correct(kept, measured);
        }
    }

    private static string Ms(double seconds) => (1000 * seconds).ToString(seconds < 1e-4 ? "G2" : "F2", CultureInfo.InvariantCulture);
}

/// <summary>A cut that was timed; times are in seconds.</summary>
/// <param name="Search">What found it.</param>
/// <param name="Options">By which; the multiple of channels is one of those tried.</param>
/// <param name="Partition">What stays.</param>
/// <param name="Plan">The cut.</param>
/// <param name="Whole">Of the whole network.</param>
/// <param name="Predicted">By the table.</param>
/// <param name="Measured">By the clock, in turns with the whole network.</param>
internal sealed record TimedCut(
    SubnetworkSearch Search, OneCycleOptions Options, Partition Partition, CutPlan Plan, double Whole, double Predicted, double Measured)
{
    /// <summary>How many parts of the network were timed for the tables.</summary>
    public int Measurements { get; init; }

    /// <summary>How many cuts were timed.</summary>
    public int Cuts { get; init; }
}

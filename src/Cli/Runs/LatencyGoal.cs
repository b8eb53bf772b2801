using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Latency;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;

namespace Ocs.Cli.Runs;

/// <summary>A time to reach, in seconds, and what takes it.</summary>
internal sealed record LatencyGoal(double Seconds, LatencyClock Clock)
{
    private const double Tolerance = 0.05;
    private const int MostSearches = 4;

    /// <summary>
    /// The cut that reaches the time by the table. It is timed, and where it takes more or less than predicted, its time corrects the
    /// table and the search begins again. The prediction that is returned was made before the cut was timed.
    /// </summary>
    /// <param name="search">By the table.</param>
    /// <param name="table">What the search counts by.</param>
    /// <param name="parameters">What the ranking sees.</param>
    /// <param name="target">The fraction of the network's time to remove.</param>
    public TimedCut Search(SubnetworkSearch search, LatencyTable table, ParameterTable parameters, double target)
    {
        for (var searches = 1; ; searches++)
        {
            var partition = search.Find(parameters, target);
            var plan = CutPlan.Create(search.Coupling, partition.Subnetwork);
            int[] kept = [.. partition.Subnetwork.Kept.Select(channels => channels.Length)];
            var (predicted, measured) = (table.Predict(kept), Clock.Seconds(plan.After));
            if (searches == MostSearches || Math.Abs(measured / predicted - 1) <= Tolerance)
            {
                return new(partition, plan, predicted, measured, searches);
            }

            table.Correct(kept, measured);
        }
    }
}

/// <summary>What a search for a time ended with; times are in seconds.</summary>
internal sealed record TimedCut(Partition Partition, CutPlan Plan, double Predicted, double Measured, int Searches);

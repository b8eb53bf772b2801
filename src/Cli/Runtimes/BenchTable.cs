using System.Globalization;
using Ocs.Cli.Commands;
using Ocs.Cli.Output;

namespace Ocs.Cli.Runtimes;

/// <summary>Measures networks, and shows them as the paper's Tab. 9 does.</summary>
internal static class BenchTable
{
    private const ulong Seed = 0;
    private const double Milliseconds = 1000;

    /// <summary>A row for each runtime, batch size and network, in this order.</summary>
    public static IReadOnlyList<BenchRow> Measure(IReadOnlyList<RunnableNetwork> networks, BenchOptions options, CancellationToken stop)
    {
        var byBatch = options.Batches.ToDictionary(batch => batch, batch => Seconds(networks, batch, options, stop));
        return
        [
            .. networks.Select((network, index) => (network, index)).GroupBy(pair => pair.network.Runtime)
                .SelectMany(group => options.Batches.Distinct().SelectMany(batch =>
                    group.Select(pair => Row(pair.network, byBatch[batch][pair.index], group.First().network, byBatch[batch][group.First().index], batch)))),
        ];
    }

    public static void Write(IReadOnlyList<BenchRow> rows, CommandConsole console)
    {
        var table = new Table().AddColumn("runtime").AddColumn("model");
        foreach (var header in new[] { "MACs", "parameters", "batch", "latency (ms)", "p95 (ms)", "images/s", "speed-up", "theoretical" })
        {
            table.AddColumn(new TableColumn(header).RightAligned());
        }

        foreach (var row in rows)
        {
            table.AddRow(
                row.Runtime, row.Model, Short(row.Macs), Short(row.Parameters), $"{row.Batch}", Text(row.MedianMs, "0.00"),
                Text(row.P95Ms, "0.00"), Text(row.ImagesPerSecond, "0"), Text(row.SpeedUp, "0.00x"), Text(row.TheoreticalSpeedUp, "0.00x"));
        }

        console.Write(table);
    }

    private static IReadOnlyList<double[]> Seconds(
        IReadOnlyList<RunnableNetwork> networks, int batch, BenchOptions options, CancellationToken stop)
    {
        var runs = new List<NetworkRun>();
        try
        {
            foreach (var network in networks)
            {
                runs.Add(network.Prepare(NetworkInputs.As(network, NetworkInputs.Random([network], batch, Seed))));
            }

            return LatencyTrial.Seconds(runs, options.WarmUps, options.Runs, stop);
        }
        finally
        {
            runs.ForEach(run => run.Dispose());
        }
    }

    private static BenchRow Row(RunnableNetwork network, double[] seconds, RunnableNetwork first, double[] firstSeconds, int batch)
    {
        var median = LatencyTrial.Quantile(seconds, 0.5);
        return new(
            network.Name, network.Runtime, batch, network.Size?.Macs, network.Size?.Parameters, median * Milliseconds,
            LatencyTrial.Quantile(seconds, 0.95) * Milliseconds, batch / median, LatencyTrial.Quantile(firstSeconds, 0.5) / median,
            (double?)first.Size?.Macs / network.Size?.Macs);
    }

    private static string Short(long? number) => number is { } value ? Numbers.Short(value) : "-";

    private static string Text(double? number, string format) => number is { } value ? value.ToString(format, CultureInfo.InvariantCulture) : "-";
}

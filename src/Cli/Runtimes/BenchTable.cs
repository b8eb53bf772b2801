using System.Globalization;
using Ocs.Cli.Commands;
using Ocs.Cli.Output;

namespace Ocs.Cli.Runtimes;

/// <summary>Measures networks, and shows the results like the paper's Tab. 9.</summary>
internal static class BenchTable
{
    private const ulong Seed = 0;
    private const double Milliseconds = 1000;

    /// <summary>A row for each runtime, batch size and network, in this order.</summary>
    public static IReadOnlyList<BenchRow> Measure(
        IReadOnlyList<RunnableNetwork> networks, BenchOptions options, CancellationToken stop)
    {
        foreach (var batch in options.Batches)
        {
            NetworkMemory.Require(networks, batch, "--batch");
        }

        var byBatch = options.Batches.Distinct()
            .ToDictionary(batch => batch, batch => Times(networks, batch, options, stop));
        return
        [
            .. networks.Select((network, index) => (network, index)).GroupBy(pair => pair.network.Runtime)
                .SelectMany(group => options.Batches.Distinct().SelectMany(batch =>
                    group.Select(pair => Row(
                        pair.network, pair.index, group.First().network, group.First().index, byBatch[batch], batch)))),
        ];
    }

    /// <summary>A table for each runtime.</summary>
    public static void Write(IReadOnlyList<BenchRow> rows, CommandConsole console)
    {
        foreach (var runtime in rows.GroupBy(row => row.Runtime))
        {
            console.WriteLine($"{runtime.Key}:");
            Write(runtime, console);
        }
    }

    private static void Write(IEnumerable<BenchRow> rows, CommandConsole console)
    {
        var table = new Table().AddColumn("model");
        foreach (var (header, leftOut) in new[]
        {
            ("MACs", 3),
            ("parameters", 1),
            ("batch", 0),
            ("ms", 0),
            ("p95 (ms)", 2),
            ("images/s", 0),
            ("speed-up", 0),
            ("theoretical", 4),
        })
        {
            table.AddColumn(new TableColumn(header).RightAligned().LeftOut(leftOut));
        }

        foreach (var row in rows)
        {
            table.AddRow(
                row.Model, Numbers.Short(row.Macs), Numbers.Short(row.Parameters), $"{row.Batch}",
                Text(row.MedianMs, "0.00"), Text(row.P95Ms, "0.00"), Text(row.ImagesPerSecond, "0"),
                Text(row.SpeedUp, "0.00x"), Text(row.TheoreticalSpeedUp, "0.00x"));
        }

        console.Write(table);
    }

    private static TurnTimes Times(
        IReadOnlyList<RunnableNetwork> networks, int batch, BenchOptions options, CancellationToken stop)
    {
        var runs = new List<NetworkRun>();
        try
        {
            foreach (var network in networks)
            {
                runs.Add(network.PrepareFast(NetworkInputs.As(network, NetworkInputs.Random([network], batch, Seed))));
            }

            return TurnTimes.Take(
                runs.Select(run => (Action)run.Execute), TurnPlan.Exactly(options.WarmUps, options.Runs),
                TimeProvider.System, stop);
        }
        finally
        {
            runs.ForEach(run => run.Dispose());
        }
    }

    private static BenchRow Row(
        RunnableNetwork network, int index, RunnableNetwork first, int firstIndex, TurnTimes times, int batch)
    {
        var median = times.Median(index);
        return new(
            network.Name, network.Runtime, batch, network.Size?.Macs, network.Size?.Parameters, median * Milliseconds,
            times.Quantile(index, 0.95) * Milliseconds, batch / median, times.SpeedUp(index, over: firstIndex),
            (double?)first.Size?.Macs / network.Size?.Macs);
    }

    private static string Text(double? number, string format) =>
        number is { } value ? value.ToString(format, CultureInfo.InvariantCulture) : "-";
}

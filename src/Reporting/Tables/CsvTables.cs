using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Ocs.Reporting.Html;
using Ocs.RunLog;

namespace Ocs.Reporting.Tables;

/// <summary>
/// The numbers of the report's tables and charts as CSV (RFC 4180): unrounded, fractions from 0 to 1.
/// </summary>
public static class CsvTables
{
    /// <summary>One row per run.</summary>
    public const string RunsName = "runs.csv";

    /// <summary>One row for each epoch of each run: the curves of Fig. 3 and 5.</summary>
    public const string EpochsName = "epochs.csv";

    /// <summary>One row for each layer of each run: the widths of Fig. 6.</summary>
    public const string LayersName = "layers.csv";

    /// <summary>Writes the three files into a folder, creates it if needed, and returns their paths.</summary>
    public static ImmutableArray<string> Write(IReadOnlyList<RunFolder> runs, string folder)
    {
        ArgumentNullException.ThrowIfNull(runs);
        Directory.CreateDirectory(folder);
        var named = NamedRun.Of(runs);
        (string Name, string Text)[] files =
        [
            (RunsName, Runs(named)), (EpochsName, Epochs(named)), (LayersName, Layers(named)),
        ];
        return
        [
            .. files.Select(file =>
            {
                var path = Path.Combine(folder, file.Name);
                AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(file.Text)));
                return path;
            }),
        ];
    }

    internal static string Runs(ImmutableArray<NamedRun> runs) => Table(
        ["run", .. RunColumn.All.Select(column => column.Key)],
        RunRow.Of(runs).Select(row => (object?[])[row.Run.Name, .. RunColumn.All.Select(column => column.Value(row))]));

    internal static string Epochs(ImmutableArray<NamedRun> runs) => Table(
        [
            "run", "epoch", "phase", "train_loss", "train_accuracy", "val_loss", "val_accuracy", "val_top5_accuracy",
            "j", "j_avg", "dispute", "lambda", "lr", "macs", "parameters", "seconds", "images_per_second",
            "kept_norm_10", "kept_norm_50", "kept_norm_90", "pruned_norm_10", "pruned_norm_50", "pruned_norm_90",
        ],
        runs.SelectMany(named => named.Run.Records.Select(r => (object?[])
        [
            named.Name,
            r.Epoch,
            r.Phase.ToString().ToLowerInvariant(),
            r.TrainLoss,
            r.TrainAccuracy,
            r.ValLoss,
            r.ValAccuracy,
            r.ValTop5Accuracy,
            r.J,
            r.JAvg,
            r.Dispute,
            r.Lambda,
            r.Lr,
            r.Macs,
            r.Parameters,
            r.Seconds,
            r.ImagesPerSecond,
            .. Quantiles(r.Norms?.Kept),
            .. Quantiles(r.Norms?.Pruned),
        ])));

    internal static string Layers(ImmutableArray<NamedRun> runs) => Table(
        ["run", "layer", "channels_before", "channels_after", "macs_before", "macs_after", "status", "reason"],
        runs.SelectMany(named => (named.Run.Summary?.Layers ?? []).Select(l => (object?[])
        [
            named.Name,
            l.Name,
            l.ChannelsBefore,
            l.ChannelsAfter,
            l.MacsBefore,
            l.MacsAfter,
            l.Status.ToString().ToLowerInvariant(),
            l.Reason,
        ])));

    private static object?[] Quantiles(NormCounts? norms) =>
        [norms?.Quantile(0.1), norms?.Quantile(0.5), norms?.Quantile(0.9)];

    private static string Table(string[] header, IEnumerable<object?[]> rows)
    {
        var text = new StringBuilder().AppendJoin(',', header).Append("\r\n");
        foreach (var row in rows)
        {
            text.AppendJoin(',', row.Select(Cell)).Append("\r\n");
        }

        return text.ToString();
    }

    // Quotes cells with a comma, a quote or a line break; doubles quotes.
    private static string Cell(object? value)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0
            ? text
            : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}

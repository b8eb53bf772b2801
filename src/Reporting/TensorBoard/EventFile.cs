using Google.Protobuf;
using Ocs.Reporting.TensorBoard.Messages;
using Ocs.RunLog;

namespace Ocs.Reporting.TensorBoard;

/// <summary>The run log once more, as TensorBoard reads it: a file of events beside it, with scalars and histograms by epoch.</summary>
public sealed class EventFile : IDisposable
{
    /// <summary>TensorBoard looks for names with this part in them.</summary>
    public const string FileName = "events.out.tfevents.ocs";

    private readonly FileStream _stream;
    private readonly TimeProvider _clock;

    /// <summary>Opens the events of a run; the folder is there.</summary>
    /// <param name="runFolder">The run's folder.</param>
    /// <param name="firstEpoch">The first epoch that will be written: a resumed run's events keep what came before it.</param>
    /// <param name="clock">What time it is; null takes the machine's.</param>
    public EventFile(string runFolder, int firstEpoch = 0, TimeProvider? clock = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstEpoch);
        _clock = clock ?? TimeProvider.System;
        string path = Path.Combine(runFolder, FileName);
        byte[][] kept = firstEpoch > 0 && File.Exists(path) ? [.. Before(File.ReadAllBytes(path), firstEpoch)] : [];
        _stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        if (kept.Length == 0)
        {
            Write(new Event { WallTime = Now, FileVersion = "brain.Event:2" });
        }

        Array.ForEach(kept, record => _stream.Write(RecordFile.Frame(record)));
        _stream.Flush();
    }

    /// <summary>Appends an epoch.</summary>
    public void Append(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var summary = new Summary();
        foreach (var (tag, value) in Scalars(record))
        {
            if (value is double number)
            {
                summary.Value.Add(new Summary.Types.Value { Tag = tag, SimpleValue = (float)number });
            }
        }

        if (record.Norms is NormHistogram norms)
        {
            Add(summary, "norms/kept", norms.Kept);
            Add(summary, "norms/pruned", norms.Pruned);
        }

        Write(new Event { WallTime = Now, Step = record.Epoch, Summary = summary });
        _stream.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private double Now => _clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    private static (string Tag, double? Value)[] Scalars(RunRecord r) =>
    [
        ("accuracy/validation", r.ValAccuracy),
        ("accuracy/train", r.TrainAccuracy),
        ("loss/validation", r.ValLoss),
        ("loss/train", r.TrainLoss),
        ("stability/j", r.J),
        ("stability/j_avg", r.JAvg),
        ("pruning/lambda", r.Lambda),
        ("pruning/macs", r.Macs),
        ("pruning/parameters", r.Parameters),
        ("training/learning_rate", r.Lr),
        ("training/seconds", r.Seconds),
        ("training/images_per_second", r.ImagesPerSecond),
        ("training/wait_fraction", r.WaitFraction),
        ("training/search_seconds", r.SearchSeconds),
    ];

    // Norms are shown by their powers of ten: a linear axis would put all of the pruned ones into one bar.
    private static void Add(Summary summary, string tag, NormCounts norms)
    {
        var counts = norms.Counts;
        int[] filled = [.. Enumerable.Range(0, counts.Length).Where(i => counts[i] > 0)];
        if (filled.Length == 0)
        {
            return;
        }

        var histogram = new Histogram { Min = Edge(filled[0]), Max = Edge(filled[^1] + 1) };
        for (int i = filled[0]; i <= filled[^1]; i++)
        {
            double middle = Edge(i) + (0.5 / NormCounts.BinsPerDecade);
            histogram.Num += counts[i];
            histogram.Sum += counts[i] * middle;
            histogram.SumSquares += counts[i] * middle * middle;
            histogram.BucketLimit.Add(Edge(i + 1));
            histogram.Bucket.Add(counts[i]);
        }

        summary.Value.Add(new Summary.Types.Value { Tag = $"{tag}_log10", Histo = histogram });

        double Edge(int i) => (double)(norms.First + i) / NormCounts.BinsPerDecade;
    }

    private void Write(Event message) => _stream.Write(RecordFile.Frame(message.ToByteArray()));

    private static IEnumerable<byte[]> Before(byte[] file, int firstEpoch)
    {
        foreach (var record in RecordFile.Read(file))
        {
            if (Parse(record) is { } message && (message.WhatCase == Event.WhatOneofCase.FileVersion || message.Step < firstEpoch))
            {
                yield return record.ToArray();
            }
        }
    }

    private static Event? Parse(ReadOnlyMemory<byte> record)
    {
        try
        {
            return Event.Parser.ParseFrom(record.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}

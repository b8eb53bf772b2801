using Google.Protobuf;
using Ocs.Reporting.TensorBoard.Messages;
using Ocs.RunLog;

namespace Ocs.Reporting.TensorBoard;

/// <summary>The run log for TensorBoard: a file of events, with scalars and histograms by epoch.</summary>
public sealed class EventFile : IDisposable
{
    /// <summary>TensorBoard finds files by this part of the name.</summary>
    public const string FileName = "events.out.tfevents.ocs";

    private readonly FileStream _stream;
    private readonly TimeProvider _clock;
    private readonly List<byte> _waiting = [];
    private long _length;

    /// <summary>Opens the event file of a run. The folder must exist.</summary>
    /// <param name="runFolder">The run's folder.</param>
    /// <param name="firstEpoch">The first epoch to write. Earlier events of a resumed run are kept.</param>
    /// <param name="clock">The clock; null for the machine's.</param>
    public EventFile(string runFolder, int firstEpoch = 0, TimeProvider? clock = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstEpoch);
        _clock = clock ?? TimeProvider.System;
        var path = Path.Combine(runFolder, FileName);
        byte[][] kept = firstEpoch > 0 && File.Exists(path) ? [.. Before(File.ReadAllBytes(path), firstEpoch)] : [];

        // No buffer: a failed write is not repeated when the file is closed.
        _stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        if (kept.Length == 0)
        {
            Add(new Event { WallTime = Now, FileVersion = "brain.Event:2" });
        }

        Array.ForEach(kept, record => _waiting.AddRange(RecordFile.Frame(record)));
        NextEpoch = kept.Length == 0
            ? 0
            : kept.Max(
                record => Event.Parser.ParseFrom(record) is { Summary: not null } epoch ? (int)epoch.Step + 1 : 0);
        _ = WriteWaiting();
    }

    /// <summary>The first epoch that is not in the file.</summary>
    public int NextEpoch { get; }

    /// <summary>Appends an epoch, after earlier epochs that could not be written.</summary>
    /// <returns>Why it waits for the next call; null if it was written.</returns>
    public string? Append(RunRecord record)
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

        Add(new Event { WallTime = Now, Step = record.Epoch, Summary = summary });
        return WriteWaiting();
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private double Now => _clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    private static (string Tag, double? Value)[] Scalars(RunRecord r) =>
    [
        ("accuracy/validation", r.ValAccuracy),
        ("accuracy/validation_top5", r.ValTop5Accuracy),
        ("accuracy/train", r.TrainAccuracy),
        ("loss/validation", r.ValLoss),
        ("loss/train", r.TrainLoss),
        ("loss/train_task", r.TaskLoss),
        ("loss/train_distill", r.DistillLoss),
        ("stability/j", r.J),
        ("stability/j_avg", r.JAvg),
        ("stability/dispute", r.Dispute),
        ("pruning/lambda", r.Lambda),
        ("pruning/macs", r.Macs),
        ("pruning/parameters", r.Parameters),
        ("training/learning_rate", r.Lr),
        ("training/seconds", r.Seconds),
        ("training/images_per_second", r.ImagesPerSecond),
        ("training/wait_fraction", r.WaitFraction),
        ("training/search_seconds", r.SearchSeconds),
        .. r.ValMetrics?.Select(metric => ($"metrics/validation_{metric.Key}", (double?)metric.Value)) ?? [],
    ];

    // Norms are shown by their logarithm: on a linear axis all pruned ones would be in one bar.
    private static void Add(Summary summary, string tag, NormCounts norms)
    {
        var counts = norms.Counts;
        int[] filled = [.. Enumerable.Range(0, counts.Length).Where(i => counts[i] > 0)];
        if (filled.Length == 0)
        {
            return;
        }

        var histogram = new Histogram { Min = Edge(filled[0]), Max = Edge(filled[^1] + 1) };
        for (var i = filled[0]; i <= filled[^1]; i++)
        {
            var middle = Edge(i) + (0.5 / NormCounts.BinsPerDecade);
            histogram.Num += counts[i];
            histogram.Sum += counts[i] * middle;
            histogram.SumSquares += counts[i] * middle * middle;
            histogram.BucketLimit.Add(Edge(i + 1));
            histogram.Bucket.Add(counts[i]);
        }

        summary.Value.Add(new Summary.Types.Value { Tag = $"{tag}_log10", Histo = histogram });

        double Edge(int i) => (double)(norms.First + i) / NormCounts.BinsPerDecade;
    }

    private void Add(Event message) => _waiting.AddRange(RecordFile.Frame(message.ToByteArray()));

    // A failed write may have left a part.
    private string? WriteWaiting()
    {
        byte[] bytes = [.. _waiting];
        try
        {
            _stream.SetLength(_length);
            _stream.Position = _length;
            _stream.Write(bytes);
        }
        catch (IOException error)
        {
            return error.Message;
        }

        _length += bytes.Length;
        _waiting.Clear();
        return null;
    }

    private static IEnumerable<byte[]> Before(byte[] file, int firstEpoch)
    {
        foreach (var record in RecordFile.Read(file))
        {
            if (Parse(record) is { } message
                && (message.WhatCase == Event.WhatOneofCase.FileVersion || message.Step < firstEpoch))
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

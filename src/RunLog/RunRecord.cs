using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Ocs.RunLog;

/// <summary>One epoch of a run: one line of <c>run.jsonl</c>. A value that does not exist yet is null.</summary>
public sealed record RunRecord
{
    /// <summary>The epoch's number, from 0.</summary>
    public required int Epoch { get; init; }

    /// <summary>The phase that the epoch was trained in.</summary>
    public required RunPhase Phase { get; init; }

    /// <summary>
    /// Mean loss over the epoch's training batches, penalty not included. With a teacher it is the weighted sum of
    /// <see cref="TaskLoss"/> and <see cref="DistillLoss"/>.
    /// </summary>
    public required double TrainLoss { get; init; }

    /// <summary>The loss of the task, before weighting; absent without a teacher.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TaskLoss { get; init; }

    /// <summary>The loss against the teacher, before weighting; absent without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? DistillLoss { get; init; }

    /// <summary>Top-1 accuracy on the held-out samples, 0 to 1, after the epoch.</summary>
    public double? ValAccuracy { get; init; }

    /// <summary>Top-5 accuracy; absent for ten classes or fewer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ValTop5Accuracy { get; init; }

    /// <summary>
    /// The metrics of a task without accuracies on the held-out samples, after the epoch, by name; absent otherwise.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<string, double>? ValMetrics { get; init; }

    /// <summary>Mean loss on the held-out samples, after the epoch.</summary>
    public double? ValLoss { get; init; }

    /// <summary>Similarity of this epoch's sub-network to an earlier one's (Eq. 3), 0 to 1.</summary>
    public double? J { get; init; }

    /// <summary>Stability indicator: mean of the last values of <see cref="J"/> (Eq. 4).</summary>
    public double? JAvg { get; init; }

    /// <summary>
    /// The share of the resource in channels whose rank is still in dispute, 0 to 0.5; absent before the first epochs.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Dispute { get; init; }

    /// <summary>Regularization strength in the epoch (Eq. 7).</summary>
    public double? Lambda { get; init; }

    /// <summary>Learning rate of the epoch's last step.</summary>
    public required double Lr { get; init; }

    /// <summary>Multiply-accumulates of one sample, after the epoch.</summary>
    public required long Macs { get; init; }

    /// <summary>Parameters of the network after the epoch.</summary>
    public required long Parameters { get; init; }

    /// <summary>Wall-clock time of the epoch's training, without evaluation and search.</summary>
    public required double Seconds { get; init; }

    /// <summary>Training throughput.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Top-1 accuracy over the epoch's training batches, 0 to 1.</summary>
    public double? TrainAccuracy { get; init; }

    /// <summary>The fraction of the training time spent waiting for data, 0 to 1.</summary>
    public double? WaitFraction { get; init; }

    /// <summary>Time spent on saliency and the search for the sub-network.</summary>
    public double? SearchSeconds { get; init; }

    /// <summary>Norms of the channels at the start of the epoch; absent without a search.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NormHistogram? Norms { get; init; }

    /// <summary>The forecast after the epoch; absent if there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunForecast? Forecast { get; init; }
}

/// <summary>A forecast of a run's end.</summary>
public sealed record RunForecast
{
    /// <summary>The epoch t* in which the sub-network is expected to be stable, or the cut forced.</summary>
    public int? StableEpoch { get; init; }

    /// <summary>Wall-clock time to the end of the run.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>Multiply-accumulates of the network at the end.</summary>
    public long? Macs { get; init; }
}

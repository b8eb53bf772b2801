namespace Ocs.RunLog;

/// <summary>One epoch of a run: one line of <c>run.jsonl</c>. A value that does not exist yet is null.</summary>
public sealed record RunRecord
{
    /// <summary>The epoch's number, from 0.</summary>
    public required int Epoch { get; init; }

    /// <summary>The phase that the epoch was trained in.</summary>
    public required RunPhase Phase { get; init; }

    /// <summary>Mean loss over the epoch's training batches, penalty not included.</summary>
    public required double TrainLoss { get; init; }

    /// <summary>Top-1 accuracy on the held-out samples, 0 to 1, after the epoch.</summary>
    public double? ValAccuracy { get; init; }

    /// <summary>Mean loss on the held-out samples, after the epoch.</summary>
    public double? ValLoss { get; init; }

    /// <summary>Similarity of this epoch's sub-network to an earlier one's (Eq. 3), 0 to 1.</summary>
    public double? J { get; init; }

    /// <summary>Stability indicator: mean of the last values of <see cref="J"/> (Eq. 4).</summary>
    public double? JAvg { get; init; }

    /// <summary>Regularization strength in the epoch (Eq. 7).</summary>
    public double? Lambda { get; init; }

    /// <summary>Learning rate of the epoch's last step.</summary>
    public required double Lr { get; init; }

    /// <summary>Multiply-accumulates of one sample through the network as it is after the epoch.</summary>
    public required long Macs { get; init; }

    /// <summary>Parameters of the network as it is after the epoch.</summary>
    public required long Parameters { get; init; }

    /// <summary>Wall-clock time of the whole epoch, evaluation and search included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Training throughput.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Top-1 accuracy over the epoch's training batches, 0 to 1.</summary>
    public double? TrainAccuracy { get; init; }

    /// <summary>Part of the training time that was spent waiting for data, 0 to 1.</summary>
    public double? WaitFraction { get; init; }

    /// <summary>Time spent on saliency and the search for the sub-network.</summary>
    public double? SearchSeconds { get; init; }

    /// <summary>When the sub-network will be stable (t* of Eq. 6), by the trend of <see cref="JAvg"/>; null where it cannot be foreseen.</summary>
    public int? PredictedStableEpoch { get; init; }

    /// <summary>Multiply-accumulates after the cut, if it came now; null after it.</summary>
    public long? PredictedMacs { get; init; }

    /// <summary>Wall-clock time that is left, at the mean speed of the epochs so far.</summary>
    public double? SecondsLeft { get; init; }
}

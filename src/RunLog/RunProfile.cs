using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Ocs.RunLog;

/// <summary>The activities of a run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrainingActivity>))]
public enum TrainingActivity
{
    /// <summary>Waiting for the next batch.</summary>
    [JsonStringEnumMemberName("data")]
    Data,

    /// <summary>Forward passes of training steps, with the loss.</summary>
    [JsonStringEnumMemberName("forward")]
    Forward,

    /// <summary>Backward passes of training steps.</summary>
    [JsonStringEnumMemberName("backward")]
    Backward,

    /// <summary>Optimizer steps.</summary>
    [JsonStringEnumMemberName("optimizer")]
    Optimizer,

    /// <summary>The penalty's gradient and the shrinkage (Eq. 8 and 9).</summary>
    [JsonStringEnumMemberName("sparsity")]
    Sparsity,

    /// <summary>Saliency and the search for the sub-network, at the start of an epoch.</summary>
    [JsonStringEnumMemberName("search")]
    Search,

    /// <summary>Forward passes over the held-out samples.</summary>
    [JsonStringEnumMemberName("evaluation")]
    Evaluation,

    /// <summary>The cut, files, messages and all else.</summary>
    [JsonStringEnumMemberName("other")]
    Other,
}

/// <summary>The wall-clock time of one epoch by activity.</summary>
public sealed record EpochProfile
{
    /// <summary>The number of the epoch, from 0.</summary>
    public required int Epoch { get; init; }

    /// <summary>The phase that the epoch was trained in.</summary>
    public required RunPhase Phase { get; init; }

    /// <summary>Images trained on.</summary>
    public required long Images { get; init; }

    /// <summary>Multiply-accumulates of one image's forward pass in this epoch.</summary>
    public required long Macs { get; init; }

    /// <summary>Seconds of each activity.</summary>
    public required ImmutableSortedDictionary<TrainingActivity, double> Seconds { get; init; }

    /// <summary>The whole epoch.</summary>
    public double TotalSeconds => Seconds.Values.Sum();

    /// <summary>
    /// The fraction of the epoch outside forward and backward passes, 0 to 1. Evaluation counts as forward passes.
    /// </summary>
    public double Overhead => 1 - (StepSeconds + Seconds[TrainingActivity.Evaluation]) / TotalSeconds;

    /// <summary>
    /// Arithmetic rate of forward and backward passes, in 10^9 operations per second. Backward counts as two forward
    /// passes, a multiply-accumulate as two operations.
    /// </summary>
    public double Gigaflops => 3 * 2 * (double)Macs * Images / StepSeconds / 1e9;

    private double StepSeconds => Seconds[TrainingActivity.Forward] + Seconds[TrainingActivity.Backward];
}

/// <summary>A run's profile: <c>profile.json</c>.</summary>
internal sealed record RunProfile
{
    /// <summary>The precision of steps: fp32, bf16 or fp16.</summary>
    public required string Precision { get; init; }

    /// <summary>Version of libtorch, device and threads.</summary>
    public required string Engine { get; init; }

    /// <summary>
    /// The peak rate: 10^9 operations per second of a large product or convolution in that precision, measured after
    /// the run.
    /// </summary>
    public required double PeakGigaflops { get; init; }

    public required ImmutableArray<EpochProfile> Epochs { get; init; }
}

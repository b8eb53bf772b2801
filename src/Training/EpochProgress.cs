using Ocs.Training.Checkpoints;

namespace Ocs.Training;

/// <summary>The progress of an epoch, and the sums so far.</summary>
internal sealed record EpochProgress
{
    /// <summary>Steps done.</summary>
    public int Steps { get; init; }

    /// <summary>Samples seen.</summary>
    public long Samples { get; init; }

    /// <summary>Sum of the losses of the samples.</summary>
    public double LossSum { get; init; }

    /// <summary>Samples of this process; the same where there is only one.</summary>
    public long Own { get; init; }

    /// <summary>Sum of the task's count: the number of correct classes in classification.</summary>
    public double Score { get; init; }

    /// <summary>That of the last step.</summary>
    public double LearningRate { get; init; }

    /// <summary>Time that the steps took.</summary>
    public double Seconds { get; init; }

    /// <summary>The part of it that was spent waiting for data.</summary>
    public double WaitSeconds { get; init; }

    /// <summary>The same for another process, with its own counts. They are 0 for a new process.</summary>
    internal EpochProgress OfAnother(ReplicaState? state) =>
        this with { Own = state?.Own ?? 0, Score = state?.Score ?? 0 };

    internal double Loss => LossSum / Samples;

    internal double MeanScore => Score / Own;

    internal EpochProgress With(int samples, int own, double learningRate) => this with
    {
        Steps = Steps + 1,
        Samples = Samples + samples,
        Own = Own + own,
        LearningRate = learningRate,
    };
}

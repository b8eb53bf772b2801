using Ocs.Training.Checkpoints;

namespace Ocs.Training;

/// <summary>How far an epoch is, and the sums so far.</summary>
public sealed record EpochProgress
{
    /// <summary>Steps done.</summary>
    public int Steps { get; init; }

    /// <summary>Images seen.</summary>
    public long Images { get; init; }

    /// <summary>Sum of the losses of the images.</summary>
    public double LossSum { get; init; }

    /// <summary>Images of this process; the same where there is only one.</summary>
    public long Own { get; init; }

    /// <summary>Those of them whose class was found.</summary>
    public long Correct { get; init; }

    /// <summary>That of the last step.</summary>
    public double LearningRate { get; init; }

    /// <summary>Time that the steps took.</summary>
    public double Seconds { get; init; }

    /// <summary>The part of it that was spent waiting for data.</summary>
    public double WaitSeconds { get; init; }

    /// <summary>The same for another process, with what it has counted itself: nothing, where it is new.</summary>
    internal EpochProgress OfAnother(ReplicaState? state) => this with { Own = state?.Own ?? 0, Correct = state?.Correct ?? 0 };

    internal double Loss => LossSum / Images;

    internal double Accuracy => (double)Correct / Own;

    internal EpochProgress With(int images, int own, double learningRate) => this with
    {
        Steps = Steps + 1,
        Images = Images + images,
        Own = Own + own,
        LearningRate = learningRate,
    };
}

namespace Ocs.Training.Schedules;

/// <summary>How the learning rate falls.</summary>
public enum ScheduleKind
{
    /// <summary>Times gamma at each milestone.</summary>
    MultiStep,

    /// <summary>
    /// Half a cosine wave down to 0, or the lowest rate (Loshchilov and Hutter 2017, arXiv 1608.03983).
    /// </summary>
    Cosine,

    /// <summary>A straight line down to 0, or the lowest rate.</summary>
    Linear,

    /// <summary>Times gamma every so many epochs.</summary>
    Step,

    /// <summary>Constant.</summary>
    Constant,
}

/// <summary>The learning rate of each iteration; a pure function, so that a run can stop and resume anywhere.</summary>
internal static class LearningRateSchedule
{
    /// <param name="options">Kind, rates and epochs.</param>
    /// <param name="iteration">The step, counted from 0 over the whole training.</param>
    /// <param name="stepsPerEpoch">Steps of an epoch.</param>
    public static double At(TrainingOptions options, long iteration, int stepsPerEpoch)
    {
        var warmup = options.WarmupSteps ?? ((long)options.WarmupEpochs * stepsPerEpoch);
        if (iteration < warmup)
        {
            return options.LearningRate * (iteration + 1) / warmup;
        }

        var epoch = iteration / stepsPerEpoch;
        var progress = (double)(iteration - warmup) / ((long)options.Epochs * stepsPerEpoch - warmup);
        var (highest, lowest) = (options.LearningRate, options.MinimumLearningRate);
        var range = highest - lowest;
        return options.Schedule switch
        {
            ScheduleKind.MultiStep => Math.Max(
                lowest, highest * Math.Pow(options.Gamma, options.Milestones.Count(milestone => epoch >= milestone))),
            ScheduleKind.Cosine => lowest + (range * ((1 + Math.Cos(Math.PI * Math.Min(progress, 1))) / 2)),
            ScheduleKind.Linear => lowest + (range * (1 - Math.Min(progress, 1))),
            ScheduleKind.Step => Math.Max(lowest, highest * Math.Pow(options.Gamma, epoch / options.StepEpochs)),
            _ => highest,
        };
    }
}

using Microsoft.Extensions.Logging;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training.Optimizers;
using Ocs.Training.Steps;

namespace Ocs.Training;

/// <summary>Where and how a trainer runs, independent of what it learns.</summary>
public sealed record TrainerSetup
{
    /// <summary>The processor.</summary>
    /// <value>The CPU.</value>
    public Device Device { get; init; }

    /// <summary>
    /// The processes that share the run, each with a trainer of the same arguments; lent. Batch sizes count the samples
    /// of all of them.
    /// </summary>
    /// <value>Null: this process alone.</value>
    public ProcessGroup? Group { get; init; }

    /// <summary>
    /// Whether devices other than the CPU are synchronized after each part of a step, so that times are attributed
    /// correctly.
    /// </summary>
    public bool Profile { get; init; }

    /// <summary>Your own optimiser, without state, which the trainer then owns.</summary>
    /// <value>Null: the one that <see cref="TrainingOptions.Optimizer"/> names.</value>
    public IOptimizer? Optimizer { get; init; }

    /// <summary>
    /// A trained network to learn from, by <see cref="TrainingOptions.Distillation"/>. Its inputs and outputs have the
    /// same shapes. It is copied, and the caller keeps it. It is not cut. A resumed run needs the same teacher again.
    /// </summary>
    /// <value>Null: the network learns from the data alone.</value>
    public Network? Teacher { get; init; }

    /// <summary>The application's log; lent. Of several processes only rank 0 writes into it.</summary>
    /// <value>Null: nothing is logged, and it costs nothing.</value>
    public ILogger? Logger { get; init; }

    /// <summary>
    /// The options as a text, for the record of the cut. It must be the same in all processes of a run.
    /// </summary>
    /// <value>Null: the option records as they print themselves.</value>
    public string? OptionsText { get; init; }

    /// <summary>Another way to take steps, for tests.</summary>
    internal Func<ITrainingStep>? Steps { get; init; }
}

using Microsoft.Extensions.Logging;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training.Optimizers;
using Ocs.Training.Steps;

namespace Ocs.Training;

/// <summary>Where and how a trainer runs, beside what it learns.</summary>
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
    /// Whether other devices than the CPU are waited for after each part of a step, so that its time counts where it
    /// belongs.
    /// </summary>
    public bool Profile { get; init; }

    /// <summary>An optimiser of the caller's, without state, which the trainer then owns.</summary>
    /// <value>Null: the one that <see cref="TrainingOptions.Optimizer"/> names.</value>
    public IOptimizer? Optimizer { get; init; }

    /// <summary>
    /// A trained network that the trained one learns from, as <see cref="TrainingOptions.Distillation"/> says: its
    /// inputs and outputs have the same shapes. It is copied, and stays the caller's. It is not cut. A run that goes on
    /// from a checkpoint is given the same one again.
    /// </summary>
    /// <value>Null: the network learns from the data alone.</value>
    public Network? Teacher { get; init; }

    /// <summary>The application's log; lent. Of several processes only rank 0 writes into it.</summary>
    /// <value>Null: nothing is logged, and it costs nothing.</value>
    public ILogger? Logger { get; init; }

    /// <summary>
    /// The options as a text, for the record of the cut. Processes that share a run must have the same.
    /// </summary>
    /// <value>Null: the option records as they print themselves.</value>
    public string? OptionsText { get; init; }

    /// <summary>Another way to take steps, for tests.</summary>
    internal Func<ITrainingStep>? Steps { get; init; }
}

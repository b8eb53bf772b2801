using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Training.Checkpoints;
using Ocs.Training.Runs;

namespace Ocs.Training;

/// <summary>
/// Several budgets from one run: a small network for each target, and the curve of accuracy against cost. The runs
/// share their epochs up to their cuts: each later target begins with the network that the one before it has cut.
/// </summary>
/// <example><code>
/// var curve = BudgetRun.Execute(
///     "budgets", graph, data, training, OneCycleOptions.Auto, new() { Targets = [0.3, 0.5, 0.7] });
/// using var network = Network.Load($"budgets/{curve!.Chosen}/model.ocs");
/// </code></example>
public static class BudgetRun
{
    /// <summary>
    /// Trains a network with random weights, drawn by <see cref="TrainingOptions.Seed"/>, for every target. Called
    /// again with the same options, it resumes where it was stopped.
    /// </summary>
    /// <param name="folder">
    /// The folder; it is made if it is not there. Each target has a complete run's folder in it, named after the
    /// target, and there are <c>budgets.json</c> and <c>report.html</c>. An unpruned twin may be in <c>twin</c>.
    /// </param>
    /// <param name="graph">The network.</param>
    /// <param name="data">Training data, validation data and the task.</param>
    /// <param name="training">How it is trained.</param>
    /// <param name="pruning">
    /// The method, such as <see cref="OneCycleOptions.Auto"/>. Its target does not count; its latest cut is that of the
    /// smallest target.
    /// </param>
    /// <param name="budgets">The targets.</param>
    /// <param name="setup">Where it runs; null for this process on the CPU.</param>
    /// <param name="observer">Observes the runs, one after the other; null for none.</param>
    /// <param name="replace">Whether the content of the folder is replaced.</param>
    /// <param name="progress">Receives every step of the runs, one run after the other; null for none.</param>
    /// <param name="cancellationToken">
    /// Ends the present run after its step, or after its evaluation. That is no error; its folder has a checkpoint, and
    /// the same call resumes it.
    /// </param>
    /// <returns>The curve; null if it was cancelled.</returns>
    /// <exception cref="OcsInputException">
    /// The folder is in use or holds something else, an option is out of range, there are too many targets for the
    /// epochs, or network, data and task do not fit each other.
    /// </exception>
    /// <exception cref="TrainingFailedException">Training has diverged, or a cut is not proven right.</exception>
    public static BudgetCurve? Execute(
        string folder, Graph graph, TrainingData data, TrainingOptions training, OneCycleOptions pruning,
        BudgetOptions budgets, TrainerSetup? setup = null, ITrainingObserver? observer = null, bool replace = false,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) => Execute(
            folder, options => new(graph, data, training, options, setup), data, training, pruning, budgets, setup,
            observer, replace, progress, cancellationToken);

    /// <summary>
    /// The same with the weights of a network, which the first run then owns; a call that goes on disposes of it.
    /// </summary>
    /// <inheritdoc
    /// cref="Execute(string, Graph, TrainingData, TrainingOptions, OneCycleOptions, BudgetOptions, TrainerSetup?,
    /// ITrainingObserver?, bool, IProgress{TrainingProgress}?, CancellationToken)" />
    public static BudgetCurve? Execute(
        string folder, Network network, TrainingData data, TrainingOptions training, OneCycleOptions pruning,
        BudgetOptions budgets, TrainerSetup? setup = null, ITrainingObserver? observer = null, bool replace = false,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var isTaken = false;
        try
        {
            return Execute(folder, options =>
            {
                isTaken = true;
                return new(network, data, training, options, setup);
            }, data, training, pruning, budgets, setup, observer, replace, progress, cancellationToken);
        }
        finally
        {
            if (!isTaken)
            {
                network.Dispose();
            }
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "Each run is disposed of before the next one begins.")]
    private static BudgetCurve? Execute(
        string folder, Func<OneCycleOptions, OneCycleTrainer> trainer, TrainingData data, TrainingOptions training,
        OneCycleOptions pruning, BudgetOptions budgets, TrainerSetup? setup, ITrainingObserver? observer, bool replace,
        IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        BudgetFolder.RequireOneProcess(setup?.Group);
        training.Validate();
        var plans = BudgetPlan.Of(pruning, budgets, training.Epochs);
        using var held = RunDirectory.Lock(folder, (observer ?? NoObserver.Instance).Message, isNew: true);
        BudgetFolder.Open(folder, ConfigOf(training, plans), replace);
        var runs = new BudgetFolder(folder, plans);
        foreach (var plan in plans)
        {
            var step = runs.StepOf(plan);
            if (step == BudgetStep.Nothing)
            {
                continue;
            }

            using var run = Open(plan, step);
            using var result = run.Execute(progress, cancellationToken);
            if (result.Stopped)
            {
                return null;
            }
        }

        return runs.Finish(budgets.AllowedLoss);

        TrainingRun Open(BudgetPlan plan, BudgetStep step) => step == BudgetStep.GoOn
            ? TrainingRun.Resume(runs.PathOf(plan), data, training, plan.Options, setup, observer)
            : TrainingRun.Begin(
                runs.PathOf(plan), () => trainer(plan.Options), data, training, plan.Options, setup, observer,
                replace: true, Following(training, plans));
    }

    private static ImmutableArray<Continuation> Following(
        TrainingOptions training, ImmutableArray<BudgetPlan> plans) =>
        [.. plans.Skip(1).Select(plan => new Continuation(plan.Target, TrainingRun.Config(training, plan.Options)))];

    private static string ConfigOf(TrainingOptions training, ImmutableArray<BudgetPlan> plans) => string.Join(
        '\n', plans.Select(plan => TrainingRun.Config(training, plan.Options)).Prepend(RunDirectory.OwnProgram));
}

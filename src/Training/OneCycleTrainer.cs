using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Ocs.Training.Telemetry;

namespace Ocs.Training;

/// <summary>
/// Trains a network in one cycle: train, find the stable sub-network, cut, train on (Alg. 1). Without pruning options
/// it only trains.
/// </summary>
public sealed class OneCycleTrainer : IDisposable
{
    private readonly TrainingContext _run;
    private readonly CycleLoop _loop;
    private readonly Resumption? _resumption;

    /// <summary>Prepares a run from random weights, drawn by <see cref="TrainingOptions.Seed"/>.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="data">Training data, validation data and the task.</param>
    /// <param name="training">How it is trained.</param>
    /// <param name="pruning">What to remove, and when; null only trains.</param>
    /// <param name="setup">Where it runs; null for this process on the CPU.</param>
    /// <exception cref="OcsInputException">
    /// An option is out of range, or network, data and task do not fit each other.
    /// </exception>
    public OneCycleTrainer(
        Graph graph, TrainingData data, TrainingOptions training, OneCycleOptions? pruning = null,
        TrainerSetup? setup = null)
        : this(new(graph, data, training, pruning, setup ?? new()), setup, start: null, checkpoint: null)
    {
    }

    /// <summary>Prepares a run from the weights of a network, which the trainer then owns.</summary>
    /// <inheritdoc
    /// cref="OneCycleTrainer(Graph, TrainingData, TrainingOptions, OneCycleOptions?, TrainerSetup?)"
    /// path="/param[@name != 'graph']"/>
    /// <inheritdoc
    /// cref="OneCycleTrainer(Graph, TrainingData, TrainingOptions, OneCycleOptions?, TrainerSetup?)"
    /// path="/exception"/>
    public OneCycleTrainer(
        Network network, TrainingData data, TrainingOptions training, OneCycleOptions? pruning = null,
        TrainerSetup? setup = null)
        : this(new(network.Graph, data, training, pruning, setup ?? new()), setup, network, checkpoint: null)
    {
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The context owns the network.")]
    private OneCycleTrainer(TrainingContext run, TrainerSetup? setup, Network? start, Checkpoint? checkpoint)
    {
        _run = run;
        _resumption = checkpoint is null ? null : new(run, checkpoint);
        run.Begin(_resumption?.Network() ?? new(
            run.Original,
            start is null
                ? ParameterTable.Initialize(run.Original, run.Generator, run.Device)
                : On(run.Device, start.Parameters),
            run.Generator,
            run.Training.Recompute));
        _loop = new(run, setup?.Steps);
    }

    /// <summary>Observes the run. With several processes, only that of rank 0 is called.</summary>
    public ITrainingObserver Observer
    {
        get => _run.Observer;
        set => _run.Observer = value;
    }

    /// <summary>The application's log.</summary>
    internal ILogger Log => _run.Log;

    /// <summary>The run's folder, which measurements and activities name; null without one.</summary>
    internal string? Folder
    {
        get => _run.Telemetry.Run;
        set => _run.Telemetry.Run = value;
    }

    /// <summary>Receives the network right after its cut, for a run that continues from it; null for none.</summary>
    internal Action<Checkpoint>? HandOn
    {
        get => _run.HandOn;
        set => _run.HandOn = value;
    }

    /// <summary>
    /// Resumes from a checkpoint of a run with the same data and options. The trainer then owns its tensors. Each
    /// process reads the checkpoint. A process that the run did not have before begins with the running statistics of
    /// rank 0.
    /// </summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="data">The data that the run began with.</param>
    /// <param name="training">The options that it began with.</param>
    /// <param name="pruning">The same.</param>
    /// <param name="setup">Where it runs; null for this process on the CPU.</param>
    /// <exception cref="OcsInputException">The checkpoint is of another run.</exception>
    internal static OneCycleTrainer Resume(
        Checkpoint checkpoint, TrainingData data, TrainingOptions training, OneCycleOptions? pruning = null,
        TrainerSetup? setup = null)
    {
        Resumption.CheckFit(checkpoint, data, training, pruning);
        var earlier = checkpoint.State.Earlier;
        var run = new TrainingContext(
            checkpoint.Original, data, training,
            earlier is null || pruning is null ? pruning : earlier.Remaining(pruning), setup ?? new())
        {
            Whole = checkpoint.Whole ?? checkpoint.Original,
        };
        var trainer = new OneCycleTrainer(run, setup, start: null, checkpoint);
        try
        {
            trainer._loop.Plan = trainer._resumption!.Restore();
            return trainer;
        }
        catch (Exception error)
        {
            trainer.Dispose();
            if (Resumption.IsForeign(error))
            {
                throw Resumption.Foreign(checkpoint, error);
            }

            throw;
        }
    }

    /// <summary>Runs to the end, or until it is cancelled; then the current step is completed.</summary>
    /// <param name="progress">Receives every step; null for none. With several processes only rank 0's is used.</param>
    /// <param name="cancellationToken">
    /// Ends the run after the present step, or after the present evaluation. That is no error: the result is that of
    /// the epochs so far, with <see cref="TrainingResult.Stopped"/> set.
    /// </param>
    /// <returns>The result of the run, with the network.</returns>
    /// <exception cref="TrainingFailedException">Training has diverged, or the cut is not proven right.</exception>
    public TrainingResult Run(
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var _ = ProcessClaim.Take(_run.Training, _run.Original, _run.Device);
        using var activity = _run.Telemetry.Begin("ocs.run");
        _run.Progress = progress;
        _run.Start(_resumption is null ? 0 : _run.State.Seconds);
        try
        {
            _loop.Begin(_resumption);
            return _loop.Run(cancellationToken);
        }
        catch (Exception error)
        {
            _run.Log.RunFailed(error, _run.Telemetry.Model, _run.State.Epoch);
            activity?.SetStatus(ActivityStatusCode.Error, error.Message).AddException(error);
            throw;
        }
    }

    /// <summary>The result of a run that failed with a <see cref="TrainingFailedException"/>.</summary>
    public TrainingResult Leave(TrainingFailedException failure) => TrainingResult.Of(_run, failure.Message);

    /// <summary>Releases network, optimiser and data.</summary>
    public void Dispose()
    {
        _loop.Dispose();
        _run.Dispose();
        _resumption?.Dispose();
    }

    private static ParameterTable On(Device device, ParameterTable parameters)
    {
        if (parameters.Names.All(name => parameters[name].Device == device))
        {
            return parameters;
        }

        using (parameters)
        {
            return parameters.To(device);
        }
    }
}

using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Passes;
using Ocs.Pruning;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Ocs.Training.Distillation;
using Ocs.Training.Distributed;
using Ocs.Training.Optimizers;
using Ocs.Training.Steps;
using Ocs.Training.Telemetry;

namespace Ocs.Training;

/// <summary>Shared by the parts of a trainer: the run's data, options, network and state.</summary>
internal sealed class TrainingContext : IDisposable
{
    private long _started = Stopwatch.GetTimestamp();
    private double _secondsBefore;

    /// <summary>Checks that everything fits, and opens the data.</summary>
    /// <exception cref="OcsInputException">
    /// An option is out of range, or network, data and task do not fit each other.
    /// </exception>
    public TrainingContext(
        Graph graph, TrainingData data, TrainingOptions training, OneCycleOptions? pruning, TrainerSetup setup)
    {
        training.Validate();
        pruning?.ValidateFor(training.Epochs);
        (Data, Training, Pruning, Device) = (data, training, pruning?.For(training.Epochs), setup.Device);
        Task = data.TaskFor(training);
        data.CheckFit(graph, Task);
        TeacherCheck.Require(training.Distillation, setup.Teacher?.Graph, graph, Task);
        Precisions = training.Precision.Candidates(Device);
        Whole = Original = training.StochasticDepth is { } drop
            ? ResidualDrops.With(data.Prepared(graph), drop)
            : data.Prepared(graph);
        OptionsText = setup.OptionsText ?? $"{Pruning?.Names}{Training} {Pruning}";
        Guessing = Task.Guess(data.Test);
        Optimizer = setup.Optimizer ?? training.CreateOptimizer();
        Replicas = new(setup.Group);
        Telemetry = new(graph.Name, setup.Logger, Replicas.IsFirst);
        Captures = TrainingSteps.Captures(training, Device, setup.Profile, Replicas.Count);
        Batches = TrainingBatches.Of(data, training, Device, Replicas);
        Generator = new(training.Seed);
        Clock = new(setup.Profile && Device.Kind != DeviceKind.Cpu ? Device : null);
        Scaler = training.Precision == Precision.Fp16 ? new() : null;
        Distiller = setup.Teacher is { } teacher
            ? new(teacher, training.Distillation, Task, data.Train, Device)
            : null;
        Network = null!;
        State = new()
        {
            Epoch = 0,
            Arrangement = new(false, MemoryFormat.Contiguous, Precision.Fp32),
            Generator = [],
            Task = Task.Name,
            TrainSamples = data.Train.Count,
            TestSamples = data.Test.Count,
            Teacher = Distiller?.Digest,
        };
    }

    public TrainingData Data { get; }

    public ITask Task { get; }

    public TrainingOptions Training { get; }

    /// <summary>Null without pruning.</summary>
    public OneCycleOptions? Pruning { get; }

    public Device Device { get; }

    public string OptionsText { get; }

    /// <summary>The network that the run began with.</summary>
    public Graph Original { get; }

    /// <summary>
    /// The network before its first cut. It differs from `Original` if another run had cut it before this one began.
    /// </summary>
    public Graph Whole { get; init; }

    /// <summary>All cuts of the whole network, in this run and before it; null if there was none.</summary>
    public PruningRecord? CutSoFar => (State.Earlier, State.Record) switch
    {
        ({ } earlier, { } own) => earlier.With(own),
        var (earlier, own) => own ?? earlier?.Record,
    };

    /// <summary>The result for each layer of the whole network; empty before the run's cut.</summary>
    public ImmutableArray<LayerOutcome> LayersSoFar => State.Earlier?.With(State.Layers) ?? State.Layers;

    /// <summary>Receives the network right after its cut, for a run that continues from it; null for none.</summary>
    public Action<Checkpoint>? HandOn { get; set; }

    /// <summary>The batches to train on.</summary>
    public IBatchSource Batches { get; }

    /// <summary>Stops the run.</summary>
    public CancellationToken Stop { get; set; }

    public IOptimizer Optimizer { get; }

    public Replicas Replicas { get; }

    /// <summary>The random generator of weights and dropout.</summary>
    public Generator Generator { get; }

    public EpochClock Clock { get; }

    /// <summary>The loss scaler of float16; null in other precisions.</summary>
    public LossScaler? Scaler { get; }

    /// <summary>The distiller; null without a teacher.</summary>
    public Distiller? Distiller { get; }

    /// <summary>Whether steps are captured as CUDA graphs.</summary>
    public bool Captures { get; }

    /// <summary>The result of a network that has learnt nothing; null if unknown.</summary>
    public Guessing? Guessing { get; }

    /// <summary>The remaining candidates of the precision.</summary>
    public IReadOnlyList<Precision> Precisions { get; set; }

    /// <summary>The current network.</summary>
    public RunningNetwork Network { get; set; }

    /// <summary>The method; null without pruning. After the cut it is only kept for its results.</summary>
    public OneCyclePruner? Cycle { get; private set; }

    /// <summary>The method until the cut; null after it and without pruning.</summary>
    public OneCyclePruner? Pruner => State.Record is null ? Cycle : null;

    /// <summary>The state of the run. State held by its parts is added when it is saved.</summary>
    public TrainerState State { get; set; }

    /// <summary>Observes the run. With several processes, only that of rank 0 is called.</summary>
    public ITrainingObserver Observer { get; set; } = NoObserver.Instance;

    /// <summary>The observer, or one that does nothing in processes other than rank 0.</summary>
    public ITrainingObserver Seen => Replicas.IsFirst ? Observer : NoObserver.Instance;

    /// <summary>Receives every step; null for none. With several processes only rank 0's is used.</summary>
    public IProgress<TrainingProgress>? Progress { get; set; }

    /// <summary>The application's log, measurements and activities.</summary>
    public RunTelemetry Telemetry { get; }

    /// <summary>The application's log.</summary>
    public ILogger Log => Telemetry.Log;

    /// <summary>Wall-clock seconds of the run so far.</summary>
    public double Seconds => _secondsBefore + Stopwatch.GetElapsedTime(_started).TotalSeconds;

    /// <summary>The largest number of samples that run through the network at once in training.</summary>
    public int PartSize => TrainingBatches.PartSize(Training, Replicas.Count);

    /// <summary>Begins with a network, which the context then owns.</summary>
    public void Begin(RunningNetwork network)
    {
        Network = network;
        Cycle = Pruning is null ? null : new(Original, network.Parameters, Pruning)
        {
            Agree = Replicas.Agree,
            Choose = candidates => RankingTrial.Best(this, candidates),
        };
    }

    /// <summary>Starts the clock of the run.</summary>
    /// <param name="secondsBefore">Seconds before the run was resumed.</param>
    public void Start(double secondsBefore) => (_started, _secondsBefore) = (Stopwatch.GetTimestamp(), secondsBefore);

    /// <summary>Calls a function with the first samples that run through the network at once.</summary>
    public T WithProbe<T>(Func<Batch, T> use)
    {
        using var batch = Batches.Epoch(0).First();
        using var probe = batch.Part(0, Math.Min(batch.Count, PartSize));
        return use(probe);
    }

    /// <summary>Gives a message to users and to the log.</summary>
    /// <param name="sentence">The message.</param>
    /// <param name="log">Writes it as an event of the log.</param>
    public void Tell(string sentence, Action<ILogger, string> log)
    {
        Seen.Message(sentence);
        log(Log, sentence);
    }

    /// <summary>Gives a warning, now and in the run's summary.</summary>
    /// <inheritdoc cref="Tell" path="/param"/>
    public void Warn(string sentence, Action<ILogger, string> log)
    {
        State = State with { Warnings = State.Warnings.Add(sentence) };
        Tell(sentence, log);
    }

    /// <summary>Hands the present network over, without padding.</summary>
    public void HandOver(ModelKind kind) =>
        Network.Lend(parameters => Seen.ModelReady(kind, Network.Graph, parameters, CutSoFar));

    public void Dispose()
    {
        Batches.Dispose();
        Replicas.Dispose();
        Optimizer.Dispose();
        Cycle?.Dispose();
        Distiller?.Dispose();
        Network?.Dispose();
        Generator.Dispose();
    }
}

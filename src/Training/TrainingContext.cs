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

/// <summary>What the parts of a trainer share: the run's data, options and network, and its state.</summary>
internal sealed class TrainingContext : IDisposable
{
    private long _started = Stopwatch.GetTimestamp();
    private double _secondsBefore;

    /// <summary>Looks whether everything fits, and opens the data.</summary>
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
    /// The network before its first cut, where another run had cut it before this one began; else the same.
    /// </summary>
    public Graph Whole { get; init; }

    /// <summary>What has left the whole network, in this run and before it; null where nothing has.</summary>
    public PruningRecord? CutSoFar => (State.Earlier, State.Record) switch
    {
        ({ } earlier, { } own) => earlier.With(own),
        var (earlier, own) => own ?? earlier?.Record,
    };

    /// <summary>What became of each layer of the whole network; empty before the run's cut.</summary>
    public ImmutableArray<LayerOutcome> LayersSoFar => State.Earlier?.With(State.Layers) ?? State.Layers;

    /// <summary>Takes the network right after its cut, for a run that begins with it; null for nobody.</summary>
    public Action<Checkpoint>? HandOn { get; set; }

    /// <summary>The batches to train on.</summary>
    public IBatchSource Batches { get; }

    public IOptimizer Optimizer { get; }

    public Replicas Replicas { get; }

    /// <summary>What weights and dropout draw from.</summary>
    public Generator Generator { get; }

    public EpochClock Clock { get; }

    /// <summary>The factor on float16's loss; null in other precisions.</summary>
    public LossScaler? Scaler { get; }

    /// <summary>What the network learns from a teacher; null without one.</summary>
    public Distiller? Distiller { get; }

    /// <summary>Whether steps are captured as CUDA graphs.</summary>
    public bool Captures { get; }

    /// <summary>What a network reaches that has learnt nothing; null where that is not known.</summary>
    public Guessing? Guessing { get; }

    /// <summary>The precisions that are still to be chosen from.</summary>
    public IReadOnlyList<Precision> Precisions { get; set; }

    /// <summary>The network as it is now.</summary>
    public RunningNetwork Network { get; set; }

    /// <summary>
    /// The method; null without pruning. After the cut it has done its work, and only has things to tell.
    /// </summary>
    public OneCyclePruner? Cycle { get; private set; }

    /// <summary>The method, while it has work to do.</summary>
    public OneCyclePruner? Pruner => State.Record is null ? Cycle : null;

    /// <summary>Where the run stands. What the parts hold themselves is added when it is saved.</summary>
    public TrainerState State { get; set; }

    /// <summary>Sees the run; of several processes only rank 0's does.</summary>
    public ITrainingObserver Observer { get; set; } = NoObserver.Instance;

    /// <summary>The observer where this process has one to tell.</summary>
    public ITrainingObserver Seen => Replicas.IsFirst ? Observer : NoObserver.Instance;

    /// <summary>Gets every step; null for nobody. Of several processes only rank 0's does.</summary>
    public IProgress<TrainingProgress>? Progress { get; set; }

    /// <summary>The application's log, measurements and activities.</summary>
    public RunTelemetry Telemetry { get; }

    /// <summary>The application's log.</summary>
    public ILogger Log => Telemetry.Log;

    /// <summary>Wall-clock seconds of the run so far.</summary>
    public double Seconds => _secondsBefore + Stopwatch.GetElapsedTime(_started).TotalSeconds;

    /// <summary>The most samples that go through the network at once in training.</summary>
    public int PartSize => TrainingBatches.PartSize(Training, Replicas.Count);

    /// <summary>Begins with a network, which the context then owns.</summary>
    public void Begin(RunningNetwork network)
    {
        Network = network;
        Cycle = Pruning is null ? null : new(Original, network.Parameters, Pruning) { Agree = Replicas.Agree };
    }

    /// <summary>Begins to count the time of the run.</summary>
    /// <param name="secondsBefore">What it has taken before it was resumed.</param>
    public void Start(double secondsBefore) => (_started, _secondsBefore) = (Stopwatch.GetTimestamp(), secondsBefore);

    /// <summary>Does something with the samples that go through the network at once, of the first batch.</summary>
    public T WithProbe<T>(Func<Batch, T> use)
    {
        using var batch = Batches.Epoch(0).First();
        using var probe = batch.Part(0, Math.Min(batch.Count, PartSize));
        return use(probe);
    }

    /// <summary>Tells people and the log something.</summary>
    /// <param name="sentence">What.</param>
    /// <param name="log">Which event of the log it is.</param>
    public void Tell(string sentence, Action<ILogger, string> log)
    {
        Seen.Message(sentence);
        log(Log, sentence);
    }

    /// <summary>Warns of something, now and in the run's summary.</summary>
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

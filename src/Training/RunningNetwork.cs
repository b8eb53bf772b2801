using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Graphs.Passes;
using Ocs.Pruning.Surgery;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Ocs.Training.Distillation;
using Ocs.Training.Distributed;
using Ocs.Training.Metrics;
using Ocs.Training.Optimizers;

namespace Ocs.Training;

/// <summary>
/// The network in training: the network that is counted and saved, and the tensors that steps change. The two differ by
/// zero channels while a cut network is padded to faster widths.
/// </summary>
internal sealed class RunningNetwork : IDisposable
{
    private readonly Generator _generator;
    private readonly bool _recompute;
    private CutPlan? _padding;

    /// <summary>Begins without padding.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="generator">The random generator, used by dropout for example; lent.</param>
    /// <param name="recompute">Whether steps recompute values for backward.</param>
    public RunningNetwork(Graph graph, ParameterTable parameters, Generator generator, bool recompute)
    {
        (Graph, Parameters, _generator, _recompute) = (graph, parameters, generator, recompute);
        Executor = ExecutorOf(graph);
    }

    /// <summary>Resumes with an earlier arrangement.</summary>
    /// <param name="graph">The network itself.</param>
    /// <param name="parameters">Its parameters, padded if it is.</param>
    /// <param name="padding">The cut from the padded network to this one, or null for none.</param>
    /// <param name="arrangement">What was chosen.</param>
    /// <param name="generator">The random generator, used by dropout for example; lent.</param>
    /// <param name="recompute">Whether steps recompute values for backward.</param>
    public RunningNetwork(
        Graph graph, ParameterTable parameters, CutPlan? padding, Arrangement arrangement, Generator generator,
        bool recompute)
    {
        (Graph, Parameters, _padding, Precision, _generator, _recompute) =
            (graph, parameters, padding, arrangement.Precision, generator, recompute);
        Executor = ExecutorOf(GraphAsRun, arrangement.Format);
    }

    /// <summary>The network itself, without padding.</summary>
    public Graph Graph { get; }

    /// <summary>The network with its padding, as steps run it.</summary>
    public Graph GraphAsRun => _padding?.Before ?? Graph;

    /// <summary>The parameters that steps change, with padding.</summary>
    public ParameterTable Parameters { get; private set; }

    public Executor Executor { get; private set; }

    /// <summary>The moving average of the parameters, owned; null if there is none.</summary>
    public WeightEma? Average { get; private set; }

    /// <summary>
    /// The parameters, and their average if there is one. The average is then evaluated and handed over.
    /// </summary>
    public IReadOnlyList<ParameterTable> Tables => Average is null ? [Parameters] : [Parameters, Average.Parameters];

    /// <summary>The average by parameter; empty if there is none.</summary>
    public IReadOnlyDictionary<string, Tensor> AverageTensors => CheckpointKeeper.Tensors(Average?.Parameters);

    private ParameterTable Shown => Average?.Parameters ?? Parameters;

    /// <summary>Multiply-accumulates of a forward pass for one image, padding included.</summary>
    public long MacsAsRun => GraphAsRun.Macs;

    /// <summary>The precision of steps, once it is chosen.</summary>
    public Precision Precision { get; private set; }

    /// <summary>
    /// The speed of steps compared with the network before the cut; null if there was no cut or it is unknown.
    /// </summary>
    public StepSpeed? StepSpeed { get; private set; }

    /// <summary>
    /// The outputs for a batch, and the mean loss, a teacher's term included, in the precision of steps; owned by the
    /// caller.
    /// </summary>
    public (IReadOnlyList<Tensor> Outputs, Tensor Loss) Forward(Batch batch, ITask task, Distiller? distiller)
    {
        using var _ = Autocast.To(Precision.Autocast(), batch.Inputs[0].Device.Kind);
        using var lesson = distiller?.Teach(batch, Executor.MemoryFormat);
        var outputs = Executor.ForwardAll([.. batch.Inputs], training: true);
        try
        {
            return (outputs, lesson?.Loss(outputs) ?? task.Loss(outputs, batch));
        }
        catch
        {
            outputs.Release();
            throw;
        }
    }

    /// <summary>
    /// Evaluates the network, or its average, in float32. Running statistics are averaged over the processes first.
    /// Batch norms are folded into the layers before them. This changes outputs by rounding only, and saves a pass over
    /// memory for each norm.
    /// </summary>
    public EvaluationResult Evaluate(ITask task, IDataset data, int batchSize, Device device, Replicas replicas)
    {
        AverageStatistics(replicas);
        var graph = GraphAsRun;
        var format = Executor.MemoryFormat;
        if (!graph.Nodes.Any(node => node.Operator is BatchNorm2d))
        {
            var executor = Average is null ? Executor : new(graph, Shown, format);
            return Evaluation.Run(executor, task, data, batchSize, device, replicas);
        }

        var (folded, parameters) = BatchNormFolding.Fold(graph, Shown);
        using (parameters)
        {
            return Evaluation.Run(new(folded, parameters, format), task, data, batchSize, device, replicas);
        }
    }

    /// <summary>What was chosen.</summary>
    public Arrangement Arrangement => new(_padding is not null, Executor.MemoryFormat, Precision);

    /// <summary>Chooses layout, padding and precision by timing, as far as the options leave them open.</summary>
    /// <param name="options">What is chosen already.</param>
    /// <param name="precisions">What may be computed in.</param>
    /// <param name="padding">The cut from the padded network to this one, or null for none.</param>
    /// <param name="inputs">A batch of each input to time steps on.</param>
    /// <param name="captured">Whether steps will be captured.</param>
    /// <param name="replicas">The processes, which decide by the mean of their times.</param>
    /// <param name="whole">
    /// The network before the cut, as it trained, which takes turns with what is chosen from; null before there is one.
    /// </param>
    /// <returns>Whether the network was padded by <paramref name="padding"/>, and a message for the user.</returns>
    public (bool Padded, string Sentence) Arrange(
        TrainingOptions options, IReadOnlyList<Precision> precisions, CutPlan? padding,
        IReadOnlyList<Tensor> inputs, bool captured, Replicas replicas, RunningNetwork? whole = null)
    {
        var choices = Choice.Open(options, precisions, canPad: padding is not null);
        var expanded = choices.Exists(choice => choice.Padded) ? padding!.Expand(Parameters) : null;
        StepCandidate[] before = whole is null ? [] : [whole.AsCandidate()];
        var seconds = choices.Count + before.Length == 1
            ? [0]
            : replicas.Mean(MemoryFormatTrial.Seconds(
                [.. choices.Select(choice => Candidate(choice, padding, expanded)), .. before], inputs, captured));
        var ranking = TurnTimes.Ranked(choices, seconds);
        var best = ranking[0].Choice;
        if (best.Padded)
        {
            Parameters.Dispose();
            (_padding, Parameters) = (padding, expanded!);
            Average?.Expand(padding!);
            Executor = ExecutorOf(padding!.Before);
        }
        else
        {
            expanded?.Dispose();
        }

        Executor.Lay(best.Format);
        Precision = best.Precision;
        Average?.LayAs(Parameters);
        StepSpeed = whole is null ? null : new(seconds[^1], ranking[0].Seconds);
        return (best.Padded, choices.Count == 1
            ? $"Layout: {best}."
            : $"Layout: {string.Join(", ", ranking.Select(trial => $"{trial.Choice} {trial.Seconds * 1000:F0} ms"))}; "
                + "the first is taken.");
    }

    /// <summary>Sets the precision.</summary>
    public void Take(Precision precision) => Precision = precision;

    private StepCandidate AsCandidate() =>
        new(GraphAsRun, Parameters, Executor.MemoryFormat, Precision.Autocast(), _recompute) { Competes = false };

    private StepCandidate Candidate(Choice choice, CutPlan? padding, ParameterTable? expanded) => new(
        choice.Padded ? padding!.Before : Graph, choice.Padded ? expanded! : Parameters,
        choice.Format, choice.Precision.Autocast(), _recompute);

    private Executor ExecutorOf(Graph graph, MemoryFormat? format = null) =>
        new(graph, Parameters, format) { Generator = _generator, Recompute = _recompute };

    /// <summary>Begins an average with the parameters as they are; null for none.</summary>
    public void BeginAverage(double? decay) => Average = decay is { } part ? new(GraphAsRun, Parameters, part) : null;

    /// <summary>Continues an average that was begun before, and which this object then owns.</summary>
    public void GoOnAveraging(WeightEma average)
    {
        Average = average;
        average.LayAs(Parameters);
    }

    /// <summary>Takes over the average of the network before a cut, if it has one, and cuts it.</summary>
    public void TakeAverage(RunningNetwork whole, CutPlan plan)
    {
        (Average, whole.Average) = (whole.Average, null);
        Average?.Cut(plan);
    }

    /// <summary>
    /// Estimates the running statistics again, also those of the average: <see cref="NormRecalibration"/>.
    /// </summary>
    public void Recalibrate(IBatchSource source, int epoch, int batches, int partSize)
    {
        foreach (var parameters in Tables)
        {
            NormRecalibration.Run(Graph, parameters, source, epoch, batches, _generator, partSize);
        }
    }

    /// <summary>Averages the running statistics over the processes.</summary>
    public void AverageStatistics(Replicas replicas)
    {
        foreach (var parameters in Tables)
        {
            replicas.AverageStatistics(Graph, parameters);
        }
    }

    /// <summary>Lends the parameters without padding, or their average.</summary>
    public void Lend(Action<ParameterTable> use)
    {
        if (_padding is null)
        {
            use(Shown);
            return;
        }

        using var exact = _padding.Apply(Shown);
        use(exact);
    }

    /// <summary>Releases the parameters, or their average, without padding. The caller owns them.</summary>
    public ParameterTable Release()
    {
        var released = _padding?.Apply(Shown) ?? Shown;
        foreach (var parameters in Tables.Where(parameters => parameters != released))
        {
            parameters.Dispose();
        }

        (Parameters, Average) = (null!, null);
        return released;
    }

    public void Dispose()
    {
        Parameters?.Dispose();
        Average?.Dispose();
    }
}

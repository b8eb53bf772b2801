using System.Collections.Immutable;
using System.Diagnostics;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Checkpoints;

/// <summary>
/// Saves the run of a trainer: at its start, after epochs, after some minutes within one, and when it is stopped.
/// </summary>
internal sealed class CheckpointKeeper(TrainingContext run)
{
    private long _saved;

    /// <summary>Whether the time for the next checkpoint has come.</summary>
    public bool IsDue => run.Training.CheckpointMinutes > 0
        && Stopwatch.GetElapsedTime(_saved).TotalMinutes >= run.Training.CheckpointMinutes;

    /// <summary>Starts the clock.</summary>
    public void Start() => _saved = Stopwatch.GetTimestamp();

    /// <summary>
    /// Makes a checkpoint. All processes must call it together, because each contributes its own state.
    /// </summary>
    /// <param name="epoch">The epoch that is trained, or is to begin.</param>
    public void Save(int epoch)
    {
        var (others, statistics) = run.Replicas.States(run.Network, run.Generator, run.Device, run.State.Progress);
        run.Seen.CheckpointDue(new(
            Capture(epoch) with { Others = others },
            run.Original,
            run.State.Record is null ? null : run.Network.Graph,
            Tensors(run.Network.Parameters),
            run.Optimizer.State)
        {
            Average = Tensors(run.Network.Average?.Parameters),
            Whole = run.State.Earlier is null ? null : run.Whole,
            Statistics = statistics,
        });
        foreach (var tensor in statistics.Values)
        {
            tensor.Dispose();
        }

        Start();
    }

    /// <summary>The tensors of a table by parameter, lent; empty for null.</summary>
    internal static Dictionary<string, Tensor> Tensors(ParameterTable? parameters) =>
        parameters?.Names.ToDictionary(name => name, name => parameters[name], StringComparer.Ordinal) ?? [];

    /// <summary>Parameters whose optimiser state is channels-last.</summary>
    internal static ImmutableArray<string> ChannelsLast(OptimizerState state) =>
    [
        .. state.Moments.Values.SelectMany(moment => moment)
            .Where(pair => !pair.Value.IsContiguous() && pair.Value.IsContiguous(MemoryFormat.ChannelsLast))
            .Select(pair => pair.Key).Distinct(),
    ];

    // The state of the run, collected from all of its parts.
    private TrainerState Capture(int epoch) => run.State with
    {
        Epoch = epoch,
        Decision = run.State.Progress is null ? null : run.State.Decision,
        Arrangement = run.Network.Arrangement,
        ChannelsLastMomentum = ChannelsLast(run.Optimizer.State),
        Generator = run.Generator.GetState(),
        DeviceGenerator = run.Device.Kind == DeviceKind.Cpu ? null : TorchRuntime.GetRngState(run.Device),
        Pruner = run.Cycle?.State,
        DistillSums = run.State.Progress is null || run.Distiller is not { } distiller
            ? []
            : [.. run.Replicas.Gather(distiller.Sums).SelectMany(sums => sums)],
        LossScale = run.Scaler?.Scale,
        LossScaleSteps = run.Scaler?.State.GoodSteps ?? 0,
        Seconds = run.Seconds,
    };
}

using Ocs.Data;
using Ocs.Graphs;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training.Distillation;
using Ocs.Training.Distributed;

namespace Ocs.Training;

/// <summary>
/// Finds the precisions in which a network can be trained here. Not every operator of libtorch supports every type. It
/// takes a step on two samples, before anything is timed or trained.
/// </summary>
/// <param name="options">The options.</param>
/// <param name="task">The task, for the loss.</param>
/// <param name="replicas">The processes, which must use the same precision.</param>
/// <param name="distiller">The teacher, which runs in the same precision; null for none.</param>
internal sealed class PrecisionTrial(
    TrainingOptions options, ITask task, Replicas replicas, Distiller? distiller = null)
{
    private const int Samples = 2;

    /// <summary>The precisions in which a network can be trained.</summary>
    /// <param name="network">The network.</param>
    /// <param name="precisions">The candidates.</param>
    /// <param name="batch">Samples to take a step on.</param>
    /// <returns>The usable precisions, and a message if float32 has to replace another one.</returns>
    /// <exception cref="OcsInputException">
    /// The network cannot be trained in the precision that was asked for.
    /// </exception>
    public (IReadOnlyList<Precision> Left, string? Sentence) Leave(
        RunningNetwork network, IReadOnlyList<Precision> precisions, Batch batch)
    {
        foreach (var precision in precisions.Where(precision => precision.Autocast() is not null))
        {
            var obstacle = Obstacle(network, precision.Autocast(), batch);
            if (replicas.Sum(obstacle is null ? 0 : 1)[0] > 0)
            {
                var sentence = Sentence(precision, obstacle ?? "another process of the run can't");
                return options.Precision == Precision.Auto
                    ? ([Precision.Fp32], $"{sentence}, so fp32 is taken.")
                    : throw new OcsInputException($"{sentence}; choose precision fp32, or auto, "
                        + $"which takes {precision.Name()} only where it can.");
            }
        }

        return (precisions, null);
    }

    private static string Sentence(Precision precision, string obstacle) =>
        $"The network can't be trained in {precision.Name()} with libtorch {TorchRuntime.Version}: "
        + $"{obstacle.TrimEnd('.')}";

    private string? Obstacle(RunningNetwork network, DType? autocast, Batch batch)
    {
        using var few = batch.Part(0, Math.Min(Samples, batch.Count));
        foreach (var format in Choice.Formats(options.Layout))
        {
            try
            {
                Step(network, autocast, few, format);
            }
            catch (TorchException error) when (!error.IsOutOfMemory)
            {
                var first = NodeTrial.FirstFault(
                    network.GraphAsRun, network.Parameters, few.Inputs, format, autocast);
                return first is { } fault
                    ? $"node '{fault.Node.Name}', {fault.Node.Operator}: {fault.Error.Message}"
                    : error.Message;
            }

            if (ObstacleOfTeacher(autocast, few, format) is { } obstacle)
            {
                return obstacle;
            }
        }

        return null;
    }

    private string? ObstacleOfTeacher(DType? autocast, Batch batch, MemoryFormat format)
    {
        try
        {
            using var _ = Autocast.To(autocast, batch.Inputs[0].Device.Kind);
            distiller?.Teach(batch, format).Dispose();
            return null;
        }
        catch (TorchException error) when (!error.IsOutOfMemory)
        {
            return $"its teacher can't run in it: {error.Message}";
        }
    }

    // Uses its own gradients, statistics and random numbers.
    private void Step(RunningNetwork network, DType? autocast, Batch batch, MemoryFormat format)
    {
        using var parameters = network.Parameters.Share();
        using var generator = new Generator(0);
        var executor = new Executor(network.GraphAsRun, parameters, format)
        {
            Generator = generator,
            Recompute = network.Executor.Recompute,
        };
        using var loss = Loss(executor, autocast, batch);
        Autograd.Backward(loss);
    }

    private Tensor Loss(Executor executor, DType? autocast, Batch batch)
    {
        using var _ = Autocast.To(autocast, batch.Inputs[0].Device.Kind);
        var outputs = executor.ForwardAll([.. batch.Inputs], training: true);
        try
        {
            return task.Loss(outputs, batch);
        }
        finally
        {
            outputs.Release();
        }
    }
}

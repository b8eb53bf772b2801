using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training.Distributed;

namespace Ocs.Training;

/// <summary>
/// Leaves out the precisions in which a network can't be trained here: not every operator of libtorch computes in every type. It takes a
/// step on two images, before anything is timed or trained.
/// </summary>
/// <param name="options">What is wished.</param>
/// <param name="replicas">Who trains together, and so in one precision.</param>
internal sealed class PrecisionTrial(TrainingOptions options, Replicas replicas)
{
    private const int Images = 2;

    /// <summary>What of the precisions a network can be trained in.</summary>
    /// <param name="network">The network.</param>
    /// <param name="precisions">What may be chosen from.</param>
    /// <param name="batch">Images [N, C, H, W].</param>
    /// <returns>The precisions that are left, and a sentence where float32 has to take the place of another.</returns>
    /// <exception cref="OcsInputException">A precision is demanded that the network can't be trained in.</exception>
    public (IReadOnlyList<Precision> Left, string? Sentence) Leave(
        RunningNetwork network, IReadOnlyList<Precision> precisions, Tensor batch)
    {
        foreach (var precision in precisions.Where(precision => precision.Autocast() is not null))
        {
            var obstacle = Obstacle(network, precision.Autocast(), batch);
            if (replicas.Sum(obstacle is null ? 0 : 1)[0] > 0)
            {
                var sentence = Sentence(precision, obstacle ?? "another process of the run can't");
                return options.Precision == Precision.Auto
                    ? ([Precision.Fp32], $"{sentence}, so fp32 is taken.")
                    : throw new OcsInputException($"{sentence}; choose precision fp32, or auto, which takes {precision.Name()} only where it can.");
            }
        }

        return (precisions, null);
    }

    private static string Sentence(Precision precision, string obstacle) =>
        $"The network can't be trained in {precision.Name()} with libtorch {TorchRuntime.Version}: {obstacle.TrimEnd('.')}";

    private string? Obstacle(RunningNetwork network, DType? autocast, Tensor batch)
    {
        using var few = Aten.Slice(batch, 0, 0, Math.Min(Images, batch.Shape[0]), 1);
        foreach (var format in RunningNetwork.Formats(options.Layout))
        {
            try
            {
                Step(network, autocast, few, format);
            }
            catch (TorchException error) when (!error.IsOutOfMemory)
            {
                return NodeTrial.FirstFault(network.GraphAsRun, network.Parameters, few, format, autocast) is { } fault
                    ? $"node '{fault.Node.Name}', {fault.Node.Operator}: {fault.Error.Message}"
                    : error.Message;
            }
        }

        return null;
    }

    // On copies, and with numbers of dropout that nothing else draws.
    private static void Step(RunningNetwork network, DType? autocast, Tensor images, MemoryFormat format)
    {
        using var parameters = network.Parameters.Clone(network.GraphAsRun);
        using var generator = new Generator(0);
        var executor = new Executor(network.GraphAsRun, parameters) { MemoryFormat = format, Generator = generator };
        using var loss = Loss(executor, autocast, images);
        Autograd.Backward(loss);
    }

    private static Tensor Loss(Executor executor, DType? autocast, Tensor images)
    {
        using var _ = Autocast.To(autocast, images.Device.Kind);
        using var logits = executor.Forward(images, training: true);
        using var labels = Tensor.Zeros([images.Shape[0]], DType.Int64, images.Device);
        return Aten.CrossEntropy(logits, labels);
    }
}

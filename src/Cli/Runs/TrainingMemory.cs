using Ocs.Cli.Runtimes;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training;

namespace Ocs.Cli.Runs;

/// <summary>Checks that a run's batches fit into the memory of this machine.</summary>
internal static class TrainingMemory
{
    // The memory of values in mixed precision, relative to 32 bits.
    private const double Half = 0.5;

    /// <summary>
    /// Fails if a batch needs more memory than available. Otherwise the kernel would kill the run without a message.
    /// </summary>
    /// <param name="graph">The network.</param>
    /// <param name="options">Batch sizes and precision.</param>
    /// <param name="data">The data, which limit the batch size.</param>
    /// <param name="device">The device; only the CPU is checked.</param>
    /// <param name="processes">The number of processes that share a batch.</param>
    /// <param name="memory">The memory; null for this machine's.</param>
    public static void Require(
        Graph graph, TrainingOptions options, ExperimentData data, Device device, int processes = 1,
        MachineMemory? memory = null)
    {
        if (device.Kind != DeviceKind.Cpu)
        {
            return;
        }

        memory ??= new();
        var images = Math.Min(options.BatchSize, data.Train.Count) / (double)processes;
        var share = options.Precision == Precision.Fp32 ? 1 : Half;
        memory.Require(
            images * share * NetworkMemory.OfTraining(graph, options.Recompute),
            $"A training step of {graph.Name} with {Math.Ceiling(images)} images",
            options.Recompute
                ? "give a smaller training.batch-size"
                : "give a smaller training.batch-size, or set training.recompute");
        images = Math.Min(options.EvaluationBatchSize, data.Test.Count) / (double)processes;
        memory.Require(
            images * NetworkMemory.OfInference(graph),
            $"An evaluation of {graph.Name} with {Math.Ceiling(images)} images",
            "give a smaller training.evaluation-batch-size");
    }
}
